import { titleOf } from '../acquisition/item-title.js';
import { ARRS, type ArrContents } from './arr.js';
import { planClients, planIndexers } from './plan-providers.js';
import { freeName, sameAddress, type PlanItem, type Present, type Wishes } from './plan-item.js';

/** More come with the next run: one call ends within minutes. */
export const MAX_REQUESTS = 1_000;

/** What becomes of everything that the program told, nothing left out; it changes nothing. */
export function planImport(contents: ArrContents, present: Present, wishes: Wishes): PlanItem[] {
  return [
    ...planIndexers(contents, present, wishes),
    ...planClients(contents, present, wishes),
    ...planLibraries(contents, present, wishes),
    ...planMappings(contents, present, wishes),
    ...planRequests(contents, present, wishes),
    ...contents.others.map(({ what, names }) => leave(what, names)),
  ];
}

function planLibraries(contents: ArrContents, present: Present, { toLogical }: Wishes): PlanItem[] {
  const { product, mediaTypes, pathTemplate } = ARRS[contents.kind];
  const names = present.libraries.map(({ name }) => name);
  return contents.folders.map((folder) => {
    const base = {
      id: `library:${folder}`,
      part: 'libraries',
      name: folder,
      remedy: null,
      change: null,
    } as const;
    const root = toLogical(folder);
    if (root === undefined)
      return { ...base, action: 'ask', detail: NOWHERE, remedy: howToMap(folder, 'library') };
    const known = present.libraries.find((library) => sameFolder(library.root, root));
    if (known !== undefined) {
      const missing = mediaTypes.filter((type) => !known.mediaTypes.includes(type));
      if (missing.length === 0) return { ...base, action: 'exists', detail: `is there as ${known.id}` };
      const detail = `is there as ${known.id}, which takes no ${missing.join(' and no ')}`;
      return {
        ...base,
        action: 'ask',
        detail,
        remedy: 'Let the library take it in its settings, or map to another',
      };
    }
    const name = freeName(folder.split(/[/\\]/).findLast((part) => part !== '') ?? folder, names, product);
    names.push(name);
    return {
      ...base,
      action: 'add',
      detail: `${root} for ${mediaTypes.join(' and ')}`,
      change: { kind: 'addLibrary', settings: { name, root, mediaTypes: [...mediaTypes], pathTemplate } },
    };
  });
}

const NOWHERE = 'Longplay sees no such folder below its roots';

function howToMap(folder: string, root: string): string {
  return `Say where Longplay has it, by --map "${folder}=${root}:" or a folder below that root`;
}

/** Of a client that sees its folders under other names than the program, and so perhaps than Longplay. */
function planMappings(contents: ArrContents, present: Present, { toLogical }: Wishes): PlanItem[] {
  return contents.pathMappings.map(({ host, remotePath, localPath }) => {
    const name = `${remotePath} at ${host}`;
    const base = { id: `mapping:${name}`, part: 'pathMappings', name, remedy: null, change: null } as const;
    const client = contents.clients.find((one) => one.host.toLowerCase() === host.toLowerCase());
    if (client?.kind === undefined || client.address === undefined) {
      return { ...base, action: 'leave', detail: `no download client that Longplay knows is at ${host}` };
    }
    const logical = toLogical(localPath);
    if (logical === undefined)
      return { ...base, action: 'ask', detail: NOWHERE, remedy: howToMap(localPath, 'downloads') };
    const { address: clientUrl } = client;
    const known = present.clients.find(({ baseUrl }) => sameAddress(baseUrl, clientUrl));
    if (known?.pathMappings.some(({ remote }) => sameFolder(remote, remotePath)) === true)
      return { ...base, action: 'exists', detail: `${known.id} has a mapping of it` };
    return {
      ...base,
      action: 'add',
      detail: `to ${logical}, for ${client.name}`,
      change: { kind: 'addMapping', clientUrl, mapping: { remote: remotePath, logical } },
    };
  });
}

function planRequests(contents: ArrContents, present: Present, { toLogical }: Wishes): PlanItem[] {
  const { mediaTypes } = ARRS[contents.kind];
  const wanted = contents.wanted.map(({ item, path }): PlanItem => {
    const name = titleOf(item);
    const base = { id: `request:${name}`, part: 'requests', name, remedy: null } as const;
    const asked = present.askedFor(item);
    if (asked !== undefined) return { ...base, action: 'exists', detail: asked, change: null };
    const folder = path === undefined ? undefined : toLogical(path);
    return { ...base, action: 'add', detail: 'is asked for', change: { kind: 'addRequest', item, folder } };
  });
  const added = wanted.filter(({ action }) => action === 'add').slice(MAX_REQUESTS);
  const late = new Set(added);
  const kept = wanted.filter((item) => !late.has(item));
  const isHomeless =
    mediaTypes.length > 0 &&
    contents.folders.every((folder) => toLogical(folder) === undefined) &&
    !present.libraries.some((library) => mediaTypes.some((type) => library.mediaTypes.includes(type)));
  const told = isHomeless ? kept.map(withoutHome) : kept;
  return late.size === 0 ? told : [...told, more(late.size)];
}

function withoutHome(item: PlanItem): PlanItem {
  if (item.action !== 'add') return item;
  const detail = 'there is no library for it yet';
  return { ...item, action: 'ask', detail, remedy: 'Map one of the folders above first', change: null };
}

function more(count: number): PlanItem {
  const detail = `${count} more are wanted than one run takes`;
  const remedy = 'Run it again: it goes on where this run ended';
  return { id: 'request:more', part: 'requests', name: 'more', action: 'ask', detail, remedy, change: null };
}

function leave(what: string, names: readonly string[]): PlanItem {
  const shown = names.slice(0, 20).join(', ');
  const rest = names.length > 20 ? ` and ${names.length - 20} more` : '';
  return {
    id: `other:${what}`,
    part: 'others',
    name: what,
    action: 'leave',
    detail: `${shown}${rest}`,
    remedy: REMEDIES[what] ?? null,
    change: null,
  };
}

const REMEDIES: Record<string, string | undefined> = {
  connections: 'Add them anew by "longplay notify add"',
  'quality profiles': 'Longplay has its own: see docs/choosing-releases.md',
};

function sameFolder(one: string, other: string): boolean {
  return one.replace(/[/\\]+$/, '') === other.replace(/[/\\]+$/, '');
}
