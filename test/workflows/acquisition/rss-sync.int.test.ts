import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { ensureDefaults } from '../../../src/cli/defaults.js';
import {
  startTorznabServer,
  type TorznabItem,
  type TorznabServer,
} from '../../../src/cli/demo/torznab-server.js';
import { DEFAULT_DELAY_PROFILE } from '../../../src/domain/acquisition/delay-profile.js';
import { createJob } from '../../../src/jobs/create.js';
import { makeWish } from '../../../src/jobs/wish.js';
import type { JobView } from '../../../src/jobs/view.js';
import { saveDelayProfile } from '../../../src/store/acquisition/delay-profiles.js';
import { saveIndexer } from '../../../src/store/acquisition/indexers.js';
import { findRequest, timelineOf } from '../../../src/store/acquisition/requests.js';
import { writeTorrent } from '../../integrations/indexers/torrents.js';
import { startTestCore, type TestCore } from '../../support/core.js';

// Titles that no other test asks for: all share one Temporal server.
const API_KEY = 'of-this-feed';
const torrent = writeTorrent();
const items: TorznabItem[] = [];
const asked: string[] = [];

let core: TestCore;
let indexer: TorznabServer;

beforeAll(async () => {
  core = await startTestCore();
  await ensureDefaults(core.parts, { aria2: { missing: 'not needed here' } });
  indexer = await startTorznabServer({ items, apiKey: API_KEY });
  const { db, seal } = core.parts;
  await saveIndexer(db, {
    ...{ id: 'one', name: 'One', kind: 'torznab', baseUrl: indexer.url, username: null, categories: [] },
    ...{ secret: seal.seal(API_KEY), priority: 25, minimumSeeders: 1, seedRatio: null, seedMinutes: null },
    enabled: true,
  });
  // It is there and does not answer: what is taken waits for it.
  await db.query(
    `insert into download_clients (id, name, kind, base_url) values ('away', 'Away', 'aria2', 'http://127.0.0.1:1/jsonrpc')`,
  );
});

// What stays open would go on in the core of the next file, on another database.
afterAll(async () => {
  for (const jobId of asked) {
    await makeWish(core.parts, { jobId, kind: 'cancel', madeBy: 'test' });
    await core.until(jobId, ({ status }) => status === 'cancelled', 30_000);
  }
  await core.stop();
  await indexer.close();
});

async function ask(title: string, own: object = {}): Promise<string> {
  const item = { mediaType: 'audiobook', title, author: 'H. G. Wells' };
  const params = { item, libraryId: 'library', ...own };
  const { id } = (await createJob(core.parts, { type: 'request', params, createdBy: 'ann' })).job;
  asked.push(id);
  await core.until(id, ({ waitingReason }) => waitingReason === 'next_search', 30_000);
  return id;
}

function publish(title: string, own: Partial<TorznabItem> = {}): void {
  items.unshift({
    ...{ guid: title, title: `H. G. Wells - ${title} [M4B]`, category: 3030, sizeBytes: 300 * 1_048_576 },
    ...{ seeders: 12, infoHash: torrent.infoHash, torrent: torrent.bytes },
    publishedAt: new Date().toISOString(),
    ...own,
  });
}

async function sync(): Promise<unknown> {
  const { job } = await createJob(core.parts, { type: 'monitor_rss', params: {}, createdBy: 'test' });
  return (await core.until(job.id, ({ status }) => status === 'completed', 30_000)).result;
}

const childTypes = ({ children }: JobView): string[] => children.map(({ type }) => type);

describe('a release that comes after the search', () => {
  it('is taken by the request that waits for it, without another search', async () => {
    const id = await ask('The Wheels of Chance');
    publish('The Wheels of Chance');
    expect(await sync()).toMatchObject({ read: 1, failed: [], fresh: 1, offered: 1, woken: 0, gaps: [] });
    const taken = await core.until(id, (view) => childTypes(view).includes('monitor_download'), 30_000);
    expect(childTypes(taken).filter((type) => type === 'search_indexers')).toHaveLength(1);
    const request = await findRequest(core.parts.db, id);
    const timeline = await timelineOf(core.parts.db, request?.id ?? '');
    expect(timeline.slice(-2).map(({ state }) => state)).toEqual(['awaiting_search', 'downloading']);
    // Nothing is new, and nobody is told twice.
    expect(await sync()).toMatchObject({ offered: 0, woken: 0 });
  });

  it('no. 6: is let go where it has vanished, and the request waits on as before', async () => {
    const id = await ask('The Undying Fire');
    publish('The Undying Fire', { downloadFault: 'gone' });
    expect(await sync()).toMatchObject({ offered: 1 });
    await core.until(id, (view) => childTypes(view).includes('monitor_download'), 30_000);
    const waits = await core.until(id, ({ waitingReason }) => waitingReason === 'next_search', 30_000);
    expect(childTypes(waits).toSorted()).toEqual(['monitor_download', 'search_indexers']);
  });

  it('waits as its delay profile says: the request begins that wait by its own search', async () => {
    await saveDelayProfile(core.parts.db, {
      ...{ ...DEFAULT_DELAY_PROFILE, id: 'patience', name: 'Patience', order: 1, torrentDelay: 60 },
      tags: ['later'],
    });
    const id = await ask('The Research Magnificent', { tags: ['later'] });
    publish('The Research Magnificent');
    expect(await sync()).toMatchObject({ fresh: 1, offered: 0, woken: 1 });
    await core.until(id, ({ waitingReason }) => waitingReason === 'delay_profile', 30_000);
    publish('The Research Magnificent, again');
    expect(await sync()).toMatchObject({ woken: 0 });
  });
});

describe('a signal that somebody sends by hand without its argument', () => {
  it('is a wish to search', async () => {
    const id = await ask('The Bulpington of Blup');
    await core.parts.temporal.signal(id, 'candidate', []);
    await core.until(id, (view) => childTypes(view).length === 2, 30_000);
  });
});
