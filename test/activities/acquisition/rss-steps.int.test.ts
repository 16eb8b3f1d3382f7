import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { steps } from '../../../src/activities/acquisition/rss-steps.js';
import {
  startTorznabServer,
  type TorznabItem,
  type TorznabServer,
} from '../../../src/cli/demo/torznab-server.js';
import { findFeed } from '../../../src/store/acquisition/indexer-feeds.js';
import {
  deleteIndexer,
  findIndexer,
  listIndexers,
  saveIndexer,
} from '../../../src/store/acquisition/indexers.js';
import { searchesOf } from '../../../src/store/acquisition/searches.js';
import { storeJob } from '../../support/stored-job.js';
import { createFixture, stepOf, type Fixture } from './fixture.js';
import { storeRequest } from './stored-downloads.js';

const API_KEY = 'of-these-feeds';
/** Of the last hours: what is older than the first wait is of no matter. */
const BEGAN = Date.now() - 3 * 3_600_000;

let fixture: Fixture;
let jobId: string;
const servers: TorznabServer[] = [];

beforeAll(async () => {
  fixture = await createFixture();
});

beforeEach(async () => {
  ({ id: jobId } = await storeJob(fixture.deps.db));
});

afterEach(async () => {
  const { db } = fixture.deps;
  await db.query(`update requests set state = 'available'`);
  for (const { id } of await listIndexers(db)) await deleteIndexer(db, id);
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

// What was begun in Temporal would go on in the core of the next file, on another database.
afterAll(async () => {
  const { db, temporal } = fixture.deps;
  const { rows } = await db.query<{ id: string }>(`select id from jobs where type = 'retry_missing'`);
  for (const { id } of rows) {
    const run = await temporal.describe(id);
    if (run.state === 'open') await temporal.terminate(id, run.runId, 'the test is over');
  }
  await fixture.close();
});

/** No. 0 is the oldest; the list comes newest first. */
const book = (at: number, title = `A. Writer - Filler ${at} [M4B]`): TorznabItem => ({
  ...{ guid: `g${at}`, title, category: 3030, sizeBytes: 300 * 1_048_576, seeders: 9 },
  publishedAt: new Date(BEGAN + at * 1_000).toISOString(),
});

async function addIndexer(id: string, items: TorznabItem[]): Promise<TorznabServer> {
  const server = await startTorznabServer({ items, apiKey: API_KEY });
  servers.push(server);
  const { db, seal } = fixture.deps;
  await saveIndexer(db, {
    ...{ id, name: id, kind: 'torznab', baseUrl: server.url, username: null, secret: seal.seal(API_KEY) },
    ...{ categories: [], priority: 25, minimumSeeders: 1, seedRatio: null, seedMinutes: null, enabled: true },
  });
  return server;
}

interface Synced {
  asked: string[];
  fresh: number;
  gaps: string[];
  offered: number;
  woken: number;
}

/** One sync, as the workflow goes through it. */
async function sync(step = stepOf({ jobId })): Promise<Synced> {
  const { planSync, readLatest, offerLatest } = steps.create(fixture.deps);
  const { indexerIds, waitingSinceMs } = await planSync({}, step);
  const [gaps, all]: [string[], number[]] = [[], []];
  for (const indexerId of indexerIds) {
    const { fresh, gap } = await readLatest({ indexerId, waitingSinceMs, occurrence: 1 }, step);
    all.push(fresh);
    if (gap) gaps.push(indexerId);
  }
  const told = await offerLatest({ occurrence: 1, gaps }, step);
  return { asked: indexerIds, fresh: all.reduce((sum, count) => sum + count, 0), gaps, ...told };
}

const offsets = ({ requests }: TorznabServer): (string | undefined)[] =>
  requests.map(({ query }) => query['offset']);

describe('what indexers have new', () => {
  it('is not asked for while nobody waits, nor of an indexer that rests', async () => {
    const server = await addIndexer('one', [book(1)]);
    expect(await sync()).toMatchObject({ asked: [] });
    await storeRequest(fixture, { state: 'awaiting_search' });
    await fixture.deps.db.query(`update indexers set disabled_until = now() + interval '1 hour'`);
    expect(await sync()).toMatchObject({ asked: [] });
    expect(server.requests).toEqual([]);
  });

  it('is judged once: what was seen before is not looked at again', async () => {
    const items = [book(3), book(2), book(1)];
    const server = await addIndexer('one', items);
    await storeRequest(fixture, { state: 'awaiting_search' });
    expect(await sync()).toMatchObject({ fresh: 3, gaps: [] });
    expect(await sync()).toMatchObject({ fresh: 0, gaps: [] });
    items.unshift(book(4));
    expect(await sync()).toMatchObject({ fresh: 1 });
    expect(server.requests.every(({ query }) => query['q'] === undefined)).toBe(true);
    expect(await findFeed(fixture.deps.db, 'one')).toMatchObject({ newestGuid: 'g4' });
  });

  it('is read on to the newest of last time, page by page', async () => {
    const items = Array.from({ length: 100 }, (_, at) => book(99 - at));
    const server = await addIndexer('one', items);
    await storeRequest(fixture, { state: 'awaiting_search' });
    await sync();
    items.unshift(...Array.from({ length: 150 }, (_, at) => book(249 - at)));
    server.requests.length = 0;
    expect(await sync()).toMatchObject({ fresh: 150, gaps: [] });
    expect(offsets(server)).toEqual(['0', '100']);
  });

  it('has a gap where it is more than is read: that is told, and all that waits is searched for, once in six hours', async () => {
    const items = [book(0)];
    const server = await addIndexer('busy', items);
    await storeRequest(fixture, { state: 'awaiting_search' });
    await sync();
    const flood = (from: number): void => {
      items.unshift(...Array.from({ length: 1_300 }, (_, at) => book(from + 1_299 - at)));
    };
    const retries = async (): Promise<string[]> => {
      const found = await fixture.deps.db.query<{ id: string }>(
        `select id from jobs where type = 'retry_missing' and params = '{"all": true}'`,
      );
      return found.rows.map(({ id }) => id);
    };
    flood(1);
    server.requests.length = 0;
    const step = stepOf({ jobId });
    expect(await sync(step)).toMatchObject({ fresh: 1_000, gaps: ['busy'] });
    expect(offsets(server)).toHaveLength(10);
    expect(step.lines.join()).toContain('more was new than was read');
    expect(await retries()).toHaveLength(1);
    await fixture.deps.db.query(`update jobs set outcome_status = 'completed' where type = 'retry_missing'`);
    flood(2_000);
    expect(await sync()).toMatchObject({ gaps: ['busy'] });
    expect(await retries()).toHaveLength(1);
  });

  it('no. 1, no. 2: an indexer that fails hides nothing of the others, begins to rest, and is read again later', async () => {
    await addIndexer('good', [book(1)]);
    const bad = await addIndexer('bad', [book(2)]);
    bad.setFault({ kind: 'limited', retryAfter: '600' });
    await storeRequest(fixture, { state: 'awaiting_search' });
    const step = stepOf({ jobId });
    expect(await sync(step)).toMatchObject({ fresh: 1 });
    expect(step.lines.join()).toContain('429');
    const { db } = fixture.deps;
    expect((await findIndexer(db, 'bad'))?.disabledUntil?.getTime()).toBeGreaterThan(Date.now() + 500_000);
    expect(await sync()).toMatchObject({ asked: ['good'] });
    bad.setFault(undefined);
    await db.query('update indexers set disabled_until = null');
    expect(await sync()).toMatchObject({ fresh: 1 });
  });

  it('goes to the right request only, and leaves no decision where nothing of it fits', async () => {
    const wanted = await storeRequest(fixture, { title: 'The Invisible Man', state: 'awaiting_search' });
    const other = await storeRequest(fixture, { title: 'The Time Machine', state: 'awaiting_search' });
    await addIndexer('one', [
      book(1, 'A. Writer - The Invisible Man [M4B]'),
      book(2, 'A. Writer - The Invisible Man Returns [M4B]'),
      book(3, 'A. Writer - The Time Machine Returns [M4B]'),
    ]);
    await fixture.deps.db.query(
      `insert into download_clients (id, name, kind, base_url) values ('c', 'c', 'aria2', 'http://127.0.0.1:1')`,
    );
    await sync();
    const searches = await searchesOf(fixture.deps.db, wanted.requestId);
    expect(searches).toMatchObject([
      { jobId: wanted.jobId, conclusion: 'accepted', occurrence: -1, plan: { found: jobId } },
    ]);
    const { rows } = await fixture.deps.db.query(
      'select title, rank from candidates where search_id = $1 order by number',
      [searches[0]?.id],
    );
    expect(rows).toEqual([
      { title: 'A. Writer - The Invisible Man [M4B]', rank: 1 },
      { title: 'A. Writer - The Invisible Man Returns [M4B]', rank: null },
    ]);
    expect(await searchesOf(fixture.deps.db, other.requestId)).toEqual([]);
  });

  it('is held against the words that somebody has put in place of a title', async () => {
    const { db } = fixture.deps;
    const renamed = await storeRequest(fixture, { title: 'A Wrong Name', state: 'awaiting_search' });
    await db.query(`update requests set search_terms = 'Marriage' where id = $1`, [renamed.requestId]);
    await addIndexer('one', [book(1, 'A. Writer - Marriage [M4B]')]);
    await sync();
    expect(await searchesOf(db, renamed.requestId)).toMatchObject([{ conclusion: 'accepted' }]);
  });
});
