import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { addToClient } from '../../src/activities/acquisition/add-to-client.js';
import { connectClient } from '../../src/activities/acquisition/connect.js';
import { finishDownload } from '../../src/activities/acquisition/finish-download.js';
import { steps as reconciling } from '../../src/activities/acquisition/reconcile-steps.js';
import type { ActivityDeps } from '../../src/activities/deps.js';
import type { DownloadTransition } from '../../src/domain/acquisition/download-transition.js';
import { idWithin } from '../../src/domain/jobs/job-id.js';
import type { WaitingReason } from '../../src/domain/jobs/waiting.js';
import { insertNewJob } from '../../src/jobs/create.js';
import { findDownloadClient, saveDownloadClient } from '../../src/store/acquisition/download-clients.js';
import { findDownload, planDownload } from '../../src/store/acquisition/downloads.js';
import { saveIndexer } from '../../src/store/acquisition/indexers.js';
import { saveTarget } from '../../src/store/notices/targets.js';
import { openDownloads } from '../../src/store/acquisition/polled-downloads.js';
import { pollClient } from '../../src/workers/poll-client.js';
import { createFixture, stepOf, type Fixture } from '../activities/acquisition/fixture.js';
import { storeRequest } from '../activities/acquisition/stored-downloads.js';
import {
  startSabnzbdContractServer,
  type SabnzbdContractServer,
} from '../support/sabnzbd-contract-server.js';
import { postFiles } from '../support/usenet-post.js';

const API_KEY = '0f1e2d3c4b5a69788796a5b4c3d2e1f0';
const CLIENT = 'sabnzbd';
const signal = (): AbortSignal => AbortSignal.timeout(20_000);

let fixture: Fixture;
let server: SabnzbdContractServer;
let deps: ActivityDeps;
const told: DownloadTransition[] = [];

beforeAll(async () => {
  fixture = await createFixture();
  const folder = path.join(fixture.deps.roots.resolve('downloads:'), 'usenet');
  server = await startSabnzbdContractServer({ folder, apiKey: API_KEY });
  const baseUrl = `http://127.0.0.1:${server.port}/sabnzbd`;
  const secret = fixture.deps.seal.seal(API_KEY);
  await saveDownloadClient(fixture.deps.db, {
    ...{ id: CLIENT, name: 'SABnzbd', kind: 'sabnzbd', baseUrl, secret, username: null, category: null },
    ...{ pathMappings: [], priority: 25, enabled: true, embedded: false },
  });
  deps = {
    ...fixture.deps,
    temporal: {
      ...fixture.deps.temporal,
      signal: (_jobId, _name, [transition]) => {
        told.push(transition as DownloadTransition);
        return Promise.resolve(true);
      },
    },
  };
});

afterAll(async () => {
  await server.stopListening();
  await fixture.close();
});

/** As a grab leaves it. */
async function grab(): Promise<string> {
  const { jobId, requestId } = await storeRequest(fixture, { state: 'downloading' });
  const params = { searchId: `search of ${jobId}`, candidate: 1, releaseTitle: 'A release', requestId };
  const wish = { type: 'monitor_download', params, createdBy: 'test', parentId: jobId };
  const { job } = await insertNewJob(deps.db, deps, wish);
  const id = idWithin('dl', job.id);
  const { nzb } = postFiles(server.news, [{ name: 'book.mp3', bytes: Buffer.alloc(100_000, id) }]);
  const client = await connectClient(deps, CLIENT);
  await planDownload(deps.db, {
    ...{ id, jobId: job.id, round: 1, requestId, clientId: CLIENT, protocol: 'usenet' },
    ...{ directory: `downloads:${id}`, clientItemId: client.itemIdFor(id, id), infoHash: null },
    ...{ releaseTitle: id, indexerId: 'indexer', guid: id, content: { kind: 'nzb', bytes: nzb } },
    ...{ totalBytes: 100_000, minimumRatio: null, minimumSeedSeconds: null },
  });
  const fence = (): Promise<void> => Promise.resolve();
  await addToClient(deps, id, { resume: false, access: new Map(), signal: signal(), fence });
  return id;
}

async function poll(): Promise<void> {
  const client = await findDownloadClient(deps.db, CLIENT);
  if (client === undefined) throw new Error(`There is no client "${CLIENT}"`);
  const downloads = await openDownloads(deps.db, CLIENT);
  expect(await pollClient(deps, { client, downloads, trusted: true, signal: signal() })).toBe(true);
}

/** The contract server's jobs go one step on with each look. */
async function pollFor(isMeant: (last: DownloadTransition) => boolean): Promise<DownloadTransition> {
  for (let polls = 0; polls < 30; polls += 1) {
    await poll();
    const last = told.at(-1);
    if (last !== undefined && isMeant(last)) return last;
  }
  throw new Error(`Was told ${JSON.stringify(told)}`);
}

const pollUntil = (kind: DownloadTransition['kind']): Promise<DownloadTransition> =>
  pollFor((last) => last.kind === kind);

const pollUntilReason = (reason: WaitingReason): Promise<DownloadTransition> =>
  pollFor((last) => last.kind === 'held' && last.reason === reason);

/** As half a minute later. */
async function wait(): Promise<void> {
  await deps.db.query(`update downloads set poll_facts = jsonb_set(poll_facts, '{held,nextMs}', '0')`);
}

describe('what a usenet client stopped for want of room (no. 18)', () => {
  it('is held as that, and is unpacked once there is some, though the client tries nothing again by itself', async () => {
    server.failNext('disk');
    await grab();
    expect(await pollUntil('held')).toMatchObject({ reason: 'disk_full' });
    expect(server.calls.filter(({ fields }) => fields['mode'] === 'retry')).toEqual([]);
    await wait();
    await pollUntil('complete');
    expect(server.calls.filter(({ fields }) => fields['mode'] === 'retry')).toHaveLength(1);
    expect(server.calls.filter(({ fields }) => fields['mode'] === 'addfile')).toHaveLength(1);
  });

  it('goes on in a client that paused itself, and stays where a person has paused it', async () => {
    await deps.db.query('delete from downloads');
    server.queue.freeGigabytes = 0.5;
    await grab();
    expect(await pollUntil('held')).toMatchObject({ reason: 'disk_full' });
    server.queue.freeGigabytes = 50;
    expect(await pollUntilReason('paused_in_client')).toMatchObject({
      detail: expect.stringContaining('all'),
    });
    expect(server.queue.paused).toBe(true);
    await wait();
    await pollUntil('complete');

    await deps.db.query('delete from downloads');
    await saveTarget(deps.db, {
      ...{ id: 'phone', name: 'Phone', kind: 'ntfy', url: '', place: 'here', secret: null, requester: null },
      ...{ events: ['issue'], enabled: true },
    });
    server.queue.paused = true;
    await grab();
    await pollUntilReason('paused_in_client');
    for (let polls = 0; polls < 5; polls += 1) await poll();
    expect(told.at(-1)).toMatchObject({ reason: 'paused_in_client' });
    expect(server.queue.paused).toBe(true);
    // It is told once, however often it is looked at.
    const { rows } = await deps.db.query('select event, detail from notices');
    const because = 'because somebody paused it in the download client; resume it there';
    expect(rows).toEqual([{ event: 'issue', detail: expect.stringContaining(because) }]);
    server.queue.paused = false;
    await pollUntil('complete');
  });
});

describe('a usenet download whose indexer wants it left in its client', () => {
  const isThere = async (id: string): Promise<boolean> => {
    const client = await connectClient(deps, CLIENT);
    const clientItemId = (await findDownload(deps.db, id))?.clientItemId;
    return (await client.list(signal())).some((item) => item.clientItemId === clientItemId);
  };
  const setting = (removeAfterProcessing: boolean): Promise<void> =>
    saveIndexer(deps.db, {
      ...{ id: 'indexer', name: 'Indexer', kind: 'newznab', baseUrl: 'http://127.0.0.1:9/api', secret: null },
      ...{ username: null, categories: [], priority: 25, minimumSeeders: 1, enabled: true },
      ...{ seedRatio: null, seedMinutes: null, removeAfterProcessing },
    });

  it('stays there once it is filed, and no reconcile takes it for one of ours that was forgotten', async () => {
    await deps.db.query('delete from downloads');
    await setting(false);
    const id = await grab();
    await pollUntil('complete');
    await finishDownload(deps, { downloadId: id, cancelled: false }, stepOf());
    expect(await findDownload(deps.db, id)).toMatchObject({ removedAt: expect.any(Date) });
    expect(await isThere(id)).toBe(true);

    await deps.db.query(`update downloads set removed_at = now() - interval '1 hour'`);
    const { reconcileClients } = reconciling.create(deps);
    expect(await reconcileClients({ dryRun: false }, stepOf())).toMatchObject({ adopted: 0 });
    await poll();
    expect(await isThere(id)).toBe(true);
  });

  it.each([
    { cancelled: true, removeAfterProcessing: false },
    { cancelled: false, removeAfterProcessing: true },
  ])('goes with its files otherwise: %j', async ({ cancelled, removeAfterProcessing }) => {
    await deps.db.query('delete from downloads');
    await setting(removeAfterProcessing);
    const id = await grab();
    await pollUntil('complete');
    await finishDownload(deps, { downloadId: id, cancelled }, stepOf());
    expect(await isThere(id)).toBe(false);
  });
});
