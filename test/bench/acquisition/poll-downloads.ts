import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { ActivityDeps } from '../../../src/activities/deps.js';
import { makeTorrent, type MadeTorrent } from '../../../src/cli/demo/torrent-maker.js';
import { choosePort } from '../../../src/embedded/ports.js';
import { startPostgres } from '../../../src/embedded/postgres.js';
import { createIntegrations } from '../../../src/integrations/create.js';
import { createAria2Client } from '../../../src/integrations/download-clients/aria2/client.js';
import { openDownloads } from '../../../src/store/acquisition/polled-downloads.js';
import { findDownloadClient, saveDownloadClient } from '../../../src/store/acquisition/download-clients.js';
import { createDatabase, type Database } from '../../../src/store/database.js';
import { migrate } from '../../../src/store/migrate.js';
import { createSeal } from '../../../src/store/seal.js';
import { pollClient } from '../../../src/workers/poll-client.js';
import { startAria2Process, type Aria2Process } from '../../support/aria2-process.js';
import type { Part } from '../harness/bench.js';
import { median } from '../harness/quantile.js';
import type { AcquisitionStage } from './stage.js';

const DOWNLOADS = 500;
const POLLS = 15;
/** How often a client with active items is asked (acquisition.md §4.1). */
const TICK_MS = 10_000;
const CLIENT = 'aria2';

/** One poll of a real client that has 500 downloads of ours: its calls, and the share of a core at its tick. */
export const pollDownloads: Part<AcquisitionStage> = {
  name: 'poll',
  measure: async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'longplay-bench-'));
    const silent = { info: () => undefined, warn: () => undefined };
    const postgres = await startPostgres({ dataFolder: folder, log: silent, port: await choosePort(0) });
    const aria2 = await startAria2Process(folder);
    const db = createDatabase({
      connectionString: postgres.url,
      maxConnections: 4,
      applicationName: 'bench',
    });
    try {
      await migrate({ connectionString: postgres.url });
      await fill(db, { aria2, folder });
      return await measure(db, aria2);
    } finally {
      await db.close();
      await aria2.stop();
      await postgres.service.stop();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function fill(db: Database, { aria2, folder }: { aria2: Aria2Process; folder: string }): Promise<void> {
  const seal = createSeal('of-the-bench');
  await saveDownloadClient(db, {
    ...{ id: CLIENT, name: CLIENT, kind: 'aria2', baseUrl: aria2.rpcUrl, username: null, category: null },
    ...{ secret: seal.seal(aria2.secret), pathMappings: [], priority: 1, enabled: true, embedded: false },
  });
  const torrents = await Promise.all(
    Array.from({ length: DOWNLOADS }, (_, number) => torrentOf(folder, number)),
  );
  for (const [number, torrent] of torrents.entries()) await add(db, { aria2, folder, number, torrent });
}

/** Of a tracker that is not there, so that each stays as it is. */
function torrentOf(folder: string, number: number): Promise<MadeTorrent> {
  return makeTorrent({
    name: `download ${number}`,
    trackerUrl: 'http://127.0.0.1:9/announce',
    files: [{ hostPath: path.join(folder, 'postgres', 'PG_VERSION'), path: `${number}.bin` }],
  });
}

async function add(
  db: Database,
  {
    aria2,
    folder,
    number,
    torrent: { bytes, infoHash, totalBytes },
  }: { aria2: Aria2Process; folder: string; number: number; torrent: MadeTorrent },
): Promise<void> {
  const id = `dl-${number}`;
  const item = aria2.client.itemIdFor(id, infoHash);
  const directory = path.join(folder, 'downloads', id);
  const content = { kind: 'torrent', bytes, infoHash } as const;
  const added = { clientItemId: item, ownerKey: id, name: id, content, directory, hostDirectory: directory };
  await aria2.client.add({ ...added, resume: false }, AbortSignal.timeout(10_000));
  await db.query(
    `with job as (insert into jobs (id, type, title, params, policy, created_by) values ($1, 'monitor_download', $1, '{}', '{}', 'bench') returning id)
     insert into downloads (id, job_id, round, client_id, client_item_id, release_title, info_hash, directory, state, active, total_bytes)
     select $1, id, 1, $2, $3, $1, $4, 'downloads:' || $1, 'active', true, $5 from job`,
    [id, CLIENT, item, infoHash, totalBytes],
  );
}

async function measure(db: Database, aria2: Aria2Process): ReturnType<Part<AcquisitionStage>['measure']> {
  let calls = 0;
  const counting: typeof fetch = (...call) => {
    const [, options] = call;
    // aria2's three lists go in one call; what else a poll asks is who it is.
    if (typeof options?.body === 'string' && options.body.includes('aria2.tellActive')) calls += 1;
    return fetch(...call);
  };
  const adapter = createAria2Client({
    id: CLIENT,
    rpcUrl: aria2.rpcUrl,
    secret: aria2.secret,
    fetch: counting,
  });
  const deps = {
    db,
    seal: createSeal('of-the-bench'),
    integrations: { ...createIntegrations(), keptDownloadClient: () => adapter },
    // What a transition costs is Temporal's, and a poll has none as a rule.
    temporal: { signal: () => Promise.resolve(true) },
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  } as unknown as ActivityDeps;
  const client = await findDownloadClient(db, CLIENT);
  if (client === undefined) throw new Error('The bench has no client');
  const [wall, cpu, lists]: [number[], number[], number[]] = [[], [], []];
  for (let poll = 0; poll < POLLS; poll += 1) {
    const [begun, used, before] = [performance.now(), process.cpuUsage(), calls];
    const downloads = await openDownloads(db, CLIENT);
    await pollClient(deps, { client, downloads, trusted: true, signal: AbortSignal.timeout(TICK_MS) });
    const { user, system } = process.cpuUsage(used);
    wall.push(performance.now() - begun);
    cpu.push((user + system) / 1_000);
    lists.push(calls - before);
  }
  const name = `poll ${DOWNLOADS} downloads of one client`;
  return [
    {
      name: `${name}, each 10 s`,
      value: (median(cpu) / TICK_MS) * 100,
      unit: '% of a core',
      goal: { kind: 'atMost', value: 5 },
    },
    { name: `${name}, one poll`, value: median(wall), unit: 'ms' },
    {
      name: `${name}, list calls a poll`,
      value: median(lists),
      unit: 'calls',
      goal: { kind: 'atMost', value: 1 },
    },
  ];
}
