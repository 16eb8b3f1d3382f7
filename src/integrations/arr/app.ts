import { z } from 'zod';

import { Fault } from '../../domain/faults.js';
import {
  ARR_KINDS,
  ARRS,
  type ArrContents,
  type ArrKind,
  type ArrWanted,
} from '../../domain/moving-in/arr.js';
import { listProwlarrIndexers } from '../indexers/prowlarr/list.js';
import { createCaller, type Caller } from '../call.js';
import { readClient } from './clients.js';
import { provider } from './fields.js';
import { fromProwlarr, readIndexer } from './indexers.js';
import type { ArrApp, ArrSettings } from './port.js';
import { readWanted } from './wanted.js';

const status = z.object({ appName: z.string(), version: z.string() });
const folder = z.object({ path: z.string().min(1) });
const mapping = z.object({ host: z.string(), remotePath: z.string().min(1), localPath: z.string().min(1) });
const page = z.object({ totalRecords: z.int().min(0), records: z.array(z.unknown()) });

export function createArrApp(settings: ArrSettings): ArrApp {
  const { product, api } = ARRS[settings.kind];
  const caller = createCaller({
    ...{ product, baseUrl: settings.baseUrl, headers: { 'x-api-key': settings.apiKey } },
    credentialsRemedy: `Take the key from ${product}: Settings, General, Security, API Key`,
    ...(settings.fetch === undefined ? {} : { fetch: settings.fetch }),
    ...(settings.timeoutMs === undefined ? {} : { timeoutMs: settings.timeoutMs }),
  });
  return {
    read: async (signal) => {
      const { version } = await readStatus(caller, settings.kind, signal);
      const reading: Reading = { caller, api, signal };
      const [parts, others] = await Promise.all([
        readParts(settings, reading),
        readOthers(settings.kind, reading),
      ]);
      const { unreadable, ...rest } = parts;
      if (unreadable > 0)
        others.push({ what: 'wanted items that cannot be read', names: [String(unreadable)] });
      return { kind: settings.kind, version, ...rest, others };
    },
  };
}

interface Reading {
  caller: Caller;
  api: string;
  signal: AbortSignal;
}

/** All four look alike: which one answers is looked at before anything is read. */
async function readStatus(
  caller: Caller,
  kind: ArrKind,
  signal: AbortSignal,
): Promise<z.output<typeof status>> {
  const { product, api } = ARRS[kind];
  const other = api === 'v1' ? 'v3' : 'v1';
  const ask = (version: string) => caller.read(`/api/${version}/system/status`, status, { signal });
  const told = await ask(api).catch(async (error: unknown) => {
    if (!(error instanceof Fault) || error.kind !== 'bad_input') throw error;
    return ask(other).catch(() => {
      throw error;
    });
  });
  if (told.appName === product) return told;
  const known = ARR_KINDS.find((one) => ARRS[one].product === told.appName);
  throw new Fault('bad_input', `Expected ${product} at this address, got ${told.appName.slice(0, 50)}`, {
    remedy:
      known === undefined
        ? `Enter the address of ${product}`
        : `Import it as what it is: longplay import ${known}`,
  });
}

type Parts = Omit<ArrContents, 'kind' | 'version' | 'others'> & { unreadable: number };

async function readParts({ kind, ...settings }: ArrSettings, reading: Reading): Promise<Parts> {
  const clients = (await list(reading, 'downloadclient', provider)).map(readClient);
  if (kind === 'prowlarr') {
    const { baseUrl, apiKey } = settings;
    const listed = await listProwlarrIndexers({ ...settings, baseUrl, apiKey }, reading.signal);
    const indexers = listed.map((one) => fromProwlarr(one, apiKey));
    return { indexers, clients, folders: [], pathMappings: [], wanted: [], unreadable: 0 };
  }
  const [indexers, folders, pathMappings, wanted] = await Promise.all([
    list(reading, 'indexer', provider),
    list(reading, 'rootfolder', folder),
    list(reading, 'remotepathmapping', mapping),
    readAllWanted(kind, reading),
  ]);
  return {
    ...{ clients, pathMappings, ...wanted },
    indexers: indexers.map(readIndexer),
    folders: folders.map(({ path }) => path),
  };
}

function list<Entry>(
  { caller, api, signal }: Reading,
  path: string,
  schema: z.ZodType<Entry>,
): Promise<Entry[]> {
  return caller.read(`/api/${api}/${path}`, z.array(schema), { signal });
}

const PAGE_SIZE = 200;
const MAX_PAGES = 500;

/** Page by page: what is found meanwhile moves up, so a record may come twice, and is one all the same. */
async function readAllWanted(
  kind: Exclude<ArrKind, 'prowlarr'>,
  { caller, api, signal }: Reading,
): Promise<{ wanted: ArrWanted[]; unreadable: number }> {
  const wanted = new Map<string, ArrWanted>();
  let unreadable = 0;
  let read = 0;
  for (let number = 1; number <= MAX_PAGES; number += 1) {
    const query = { page: number, pageSize: PAGE_SIZE, monitored: 'true', ...INCLUDED[kind] };
    const { totalRecords, records } = await caller.read(`/api/${api}/wanted/missing`, page, {
      signal,
      query,
    });
    for (const record of records) {
      const one = readWanted(kind, record);
      if (one === undefined) unreadable += 1;
      else wanted.set(JSON.stringify(one), one);
    }
    read += records.length;
    if (records.length === 0 || read >= totalRecords) break;
  }
  return { wanted: [...wanted.values()], unreadable };
}

const INCLUDED: Record<Exclude<ArrKind, 'prowlarr'>, Record<string, string>> = {
  sonarr: { includeSeries: 'true' },
  radarr: {},
  readarr: { includeAuthor: 'true' },
};

/** What has no counterpart here is named, so that nobody misses it later. */
const OTHERS: Record<ArrKind, readonly (readonly [path: string, what: string])[]> = {
  sonarr: [
    ['qualityprofile', 'quality profiles'],
    ['customformat', 'custom formats'],
    ['releaseprofile', 'release profiles'],
    ['importlist', 'import lists'],
    ['notification', 'connections'],
    ['tag', 'tags'],
  ],
  radarr: [
    ['qualityprofile', 'quality profiles'],
    ['customformat', 'custom formats'],
    ['importlist', 'import lists'],
    ['notification', 'connections'],
    ['tag', 'tags'],
  ],
  readarr: [
    ['qualityprofile', 'quality profiles'],
    ['metadataprofile', 'metadata profiles'],
    ['importlist', 'import lists'],
    ['notification', 'connections'],
    ['tag', 'tags'],
  ],
  prowlarr: [
    ['applications', 'applications'],
    ['indexerproxy', 'indexer proxies'],
    ['notification', 'connections'],
    ['tag', 'tags'],
  ],
};

const named = z.object({ name: z.string().nullish(), label: z.string().nullish() });

async function readOthers(kind: ArrKind, reading: Reading): Promise<ArrContents['others']> {
  const all = await Promise.all(
    OTHERS[kind].map(async ([path, what]) => {
      const entries = await list(reading, path, named).catch((error: unknown) => {
        // An older version has no such thing.
        if (error instanceof Fault && error.kind === 'bad_input') return [];
        throw error;
      });
      return { what, names: entries.map(({ name, label }) => name ?? label ?? 'unnamed') };
    }),
  );
  return all.filter(({ names }) => names.length > 0);
}
