import { ARRS, type ArrClient, type ArrContents, type ArrIndexer, type ArrSecret } from './arr.js';
import { freeName, sameAddress, type PlanItem, type Present, type Wishes } from './plan-item.js';

type Provider = ArrIndexer | ArrClient;

interface Known {
  id: string;
  name: string;
  baseUrl: string;
  hasSecret: boolean;
}

/** What indexers and download clients have in common. */
interface Family {
  to: 'indexer' | 'client';
  part: 'indexers' | 'downloadClients';
  product: string;
  known: readonly Known[];
}

export function planIndexers(contents: ArrContents, present: Present, wishes: Wishes): PlanItem[] {
  const { product } = ARRS[contents.kind];
  const family: Family = { to: 'indexer', part: 'indexers', product, known: present.indexers };
  const names = present.indexers.map(({ name }) => name);
  return contents.indexers.map((indexer) => {
    const settled = settle(family, indexer, wishes);
    const { kind, address } = indexer;
    if ('item' in settled || kind === undefined || address === undefined) return itemOf(settled);
    const name = freeName(indexer.name, names, product);
    names.push(name);
    const { categories, priority, minimumSeeders = 1, seedRatio = null, seedMinutes = null } = indexer;
    return {
      ...settled.add,
      change: {
        kind: 'addIndexer',
        settings: {
          ...{ name, kind, baseUrl: address, secret: settled.secret, categories, priority },
          ...{ minimumSeeders, seedRatio, seedMinutes, enabled: settled.enabled },
        },
      },
    };
  });
}

export function planClients(contents: ArrContents, present: Present, wishes: Wishes): PlanItem[] {
  const { product } = ARRS[contents.kind];
  const family: Family = { to: 'client', part: 'downloadClients', product, known: present.clients };
  const names = present.clients.map(({ name }) => name);
  return contents.clients.map((client) => {
    const settled = settle(family, client, wishes);
    const { kind, address } = client;
    if ('item' in settled || kind === undefined || address === undefined) return itemOf(settled);
    const name = freeName(client.name, names, product);
    names.push(name);
    const { priority, username = null, category = null } = client;
    return {
      ...settled.add,
      change: {
        kind: 'addClient',
        settings: {
          ...{ name, kind, baseUrl: address, username, secret: settled.secret },
          ...{ category, priority, enabled: settled.enabled },
        },
      },
    };
  });
}

type Settled = { item: PlanItem } | { add: PlanItem; secret: string | undefined; enabled: boolean };

function itemOf(settled: Settled): PlanItem {
  return 'item' in settled ? settled.item : settled.add;
}

function settle(family: Family, provider: Provider, wishes: Wishes): Settled {
  const { name, implementation, kind, address } = provider;
  const base = { id: `${family.to}:${name}`, part: family.part, name, remedy: null, change: null };
  if (kind === undefined) {
    const detail = `Longplay has no counterpart for ${implementation}`;
    return { item: { ...base, action: 'leave', detail, remedy: LEFT[family.to] } };
  }
  if (address === undefined) {
    const detail = `${family.product} tells no address for it that can be used`;
    return { item: { ...base, action: 'ask', detail, remedy: `Add it by "longplay ${family.to} add"` } };
  }
  const given = wishes.secrets.get(base.id);
  const known = family.known.find(({ baseUrl }) => sameAddress(baseUrl, address));
  if (known !== undefined) return { item: knownItem(family, { base, known, provider, given }) };
  return addItem(family, { base, provider, address, given });
}

const LEFT = {
  indexer: 'Add it to Prowlarr or Jackett, and its feed there by "longplay indexer add"',
  client: 'Add one of the clients that "longplay client add --help" lists',
} as const;

interface Settling {
  base: Pick<PlanItem, 'id' | 'part' | 'name' | 'remedy' | 'change'>;
  provider: Provider;
  given: string | undefined;
}

/** It came with an earlier run; a secret that was missing then may come now. */
function knownItem(
  { to, product }: Family,
  { base, known, provider, given }: Settling & { known: Known },
): PlanItem {
  const secret = given ?? toldBy(provider.secret);
  const { id, hasSecret } = known;
  if (hasSecret || provider.secret.state === 'none')
    return { ...base, action: 'exists', detail: `is there as ${id}` };
  if (secret === undefined) {
    const detail = `is there as ${id}, without the secret that ${product} hides`;
    return { ...base, action: 'exists', detail, remedy: howToGive(base.id) };
  }
  const { enabled } = provider;
  return {
    ...base,
    action: 'change',
    detail: `is there as ${id}; it gets its secret`,
    change: { kind: 'addSecret', to, id, secret, enabled },
  };
}

function addItem(
  { product }: Family,
  { base, provider, address, given }: Settling & { address: string },
): Settled {
  const secret = given ?? toldBy(provider.secret);
  const isMissing = secret === undefined && provider.secret.state === 'hidden';
  const add: PlanItem = {
    ...base,
    action: 'add',
    detail: isMissing
      ? `${address}, disabled: ${product} hides its secret`
      : `${address}${provider.enabled ? '' : ', disabled as it is there'}`,
    remedy: isMissing ? howToGive(base.id) : null,
  };
  return { add, secret, enabled: provider.enabled && !isMissing };
}

function toldBy(secret: ArrSecret): string | undefined {
  return secret.state === 'told' ? secret.value : undefined;
}

function howToGive(id: string): string {
  return `Give the secret of "${id}" in a file by --secrets, with this run or a later one`;
}
