import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { fetchContent } from '../../../src/activities/acquisition/fetch-content.js';
import { steps } from '../../../src/activities/acquisition/search-steps.js';
import {
  startTorznabServer,
  type TorznabItem,
  type TorznabServer,
} from '../../../src/cli/demo/torznab-server.js';
import type { IndexerKind } from '../../../src/domain/acquisition/products.js';
import type { MediaItem } from '../../../src/domain/acquisition/release.js';
import type { SearchConclusion } from '../../../src/domain/acquisition/search-conclusion.js';
import { createLog } from '../../../src/log.js';
import { listCandidates, type CandidateRow } from '../../../src/store/acquisition/searches.js';
import {
  deleteIndexer,
  findIndexer,
  listIndexers,
  saveIndexer,
} from '../../../src/store/acquisition/indexers.js';
import { failureOf, spellOut } from '../../integrations/indexers/contract.js';
import { writeTorrent } from '../../integrations/indexers/torrents.js';
import { startProwlarrContractServer } from '../../support/prowlarr-contract-server.js';
import { storeJob } from '../../support/stored-job.js';
import { createFixture, stepOf, type Fixture } from './fixture.js';

/** The cases of acquisition.md §8 "Search", with the real steps, adapters and Postgres, on contract servers. */
const API_KEY = 'k3y+with/odd=signs';
const MEBIBYTE = 1_048_576;
const BOOK: MediaItem = { mediaType: 'audiobook', title: 'Foundation', author: 'Isaac Asimov' };
const TORRENT = writeTorrent();
const MAGNET_HASH = 'b'.repeat(40);

let fixture: Fixture;
let occurrence = 0;
let jobId: string;
const servers: { close: () => Promise<void> }[] = [];

beforeAll(async () => {
  fixture = await createFixture();
  ({ id: jobId } = await storeJob(fixture.deps.db));
});

beforeEach(() => {
  occurrence += 1;
});

afterEach(async () => {
  for (const { id } of await listIndexers(fixture.deps.db)) await deleteIndexer(fixture.deps.db, id);
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

afterAll(() => fixture.close());

async function addIndexer(id: string, baseUrl: string, kind: IndexerKind = 'torznab'): Promise<void> {
  const { db, seal } = fixture.deps;
  await saveIndexer(db, {
    ...{ id, name: id, kind, baseUrl, username: null, secret: seal.seal(API_KEY), categories: [] },
    ...{ priority: 25, minimumSeeders: 1, seedRatio: null, seedMinutes: null, enabled: true },
  });
}

async function startIndexer(id: string, items: TorznabItem[] = []): Promise<TorznabServer> {
  const server = await startTorznabServer({ items, apiKey: API_KEY });
  servers.push(server);
  await addIndexer(id, server.url);
  return server;
}

const release = (guid: string, more: Partial<TorznabItem> = {}): TorznabItem => ({
  ...{ guid, title: `Isaac Asimov - Foundation [M4B] ${guid}`, category: 3030, sizeBytes: 300 * MEBIBYTE },
  ...{ seeders: 12, infoHash: TORRENT.infoHash, torrent: TORRENT.bytes },
  ...more,
});

/** One whole search, as the workflow goes through it. */
async function search(
  step = stepOf({ jobId }),
  { allTiers = false }: { allTiers?: boolean } = {},
): Promise<SearchConclusion> {
  const { planSearch, searchIndexer, decideSearch } = steps.create(fixture.deps);
  const about = { item: BOOK, occurrence };
  const { tiers } = await planSearch(about, step);
  let decided = await decideSearch({ ...about, throughTier: 0 }, step);
  for (const [tier, { queries }] of tiers.entries()) {
    await Promise.all(queries.map((query) => searchIndexer({ ...query, tier, occurrence }, step)));
    decided = await decideSearch({ ...about, throughTier: tier }, step);
    if (decided.accepted.length > 0 && !allTiers) break;
  }
  return decided;
}

async function candidateOf(searchId: string, guid: string): Promise<CandidateRow> {
  const found = (await listCandidates(fixture.deps.db, searchId)).find((one) => one.guid === guid);
  if (found === undefined) throw new Error(`Expected the candidate ${guid}`);
  return found;
}

describe('a search that meets failures', () => {
  it('no. 1 indexer down or limited looks like "no results": only a clean sweep says none, and Retry-After is kept', async () => {
    await startIndexer('clean');
    expect(await search()).toMatchObject({ conclusion: 'no_release', retryAfterMs: null });

    occurrence += 1;
    const limited = await startIndexer('limited');
    limited.setFault({ kind: 'limited', retryAfter: '90' }, { after: 1 });
    const throttled = await search();
    expect(throttled).toMatchObject({ conclusion: 'incomplete', accepted: [] });
    expect(throttled.retryAfterMs).toBeGreaterThan(60_000);
    expect(throttled.retryAfterMs).toBeLessThanOrEqual(90_000);
    const rests = (await findIndexer(fixture.deps.db, 'limited'))?.disabledUntil?.getTime() ?? 0;
    expect(rests - Date.now()).toBeGreaterThan(60_000);

    // While it rests it is not asked, and its silence is still no answer.
    occurrence += 1;
    const before = limited.requests.length;
    expect(await search()).toMatchObject({ conclusion: 'incomplete' });
    expect(limited.requests).toHaveLength(before);

    occurrence += 1;
    await deleteIndexer(fixture.deps.db, 'limited');
    const down = await startIndexer('down');
    await down.close();
    const incomplete = await search();
    expect(incomplete).toMatchObject({ conclusion: 'incomplete' });
    expect(incomplete.detail).toContain('down');
    // Nobody was reached: the level stays, since the trouble may be ours.
    expect((await findIndexer(fixture.deps.db, 'down'))?.backoffLevel).toBe(0);
  });

  it('no. 2 one bad indexer empties the search: each is asked on its own, and what the others found counts', async () => {
    const broken = await startIndexer('broken');
    broken.setFault({ kind: 'broken_xml' }, { after: 1 });
    const login = await startIndexer('login');
    login.setFault({ kind: 'html' }, { after: 1 });
    await startIndexer('good', [release('one')]);
    const prowlarr = await startProwlarrContractServer({ releases: [], apiKey: API_KEY });
    servers.push(prowlarr);
    prowlarr.setTrouble({ resting: [2] });
    await addIndexer('prowlarr', prowlarr.origin, 'prowlarr');

    const decided = await search();
    expect(decided.conclusion).toBe('accepted');
    expect(decided.accepted.map(({ indexerId }) => indexerId)).toEqual(['good']);
    const outcomes = (await listIndexers(fixture.deps.db)).map((one) => [one.id, one.lastOutcome] as const);
    expect(Object.fromEntries(outcomes)).toEqual({
      ...{ broken: 'error', login: 'error', good: 'ok', prowlarr: 'error' },
    });
  });
});

describe('a grab that meets failures', () => {
  const grab = async (items: TorznabItem[], guid: string) => {
    await startIndexer('alpha', items);
    const { searchId } = await search();
    return fetchContent(fixture.deps, await candidateOf(searchId, guid), stepOf({ jobId }));
  };

  it.each(['404', '410'])(
    'no. 6 release vanished (%s): a typed error that blames no release',
    async (status) => {
      const { torrent: _torrent, ...bare } = release('gone');
      const item: TorznabItem = status === '404' ? bare : { ...bare, downloadFault: 'gone' };
      expect(await failureOf(grab([item], 'gone'))).toMatchObject({ kind: 'gone' });
    },
  );

  it('grab limit 429 (no. 7): says how long, and the same release of another indexer is at hand', async () => {
    await startIndexer('beta', [release('two', { infoHash: 'c'.repeat(40) })]);
    await startIndexer('alpha', [release('one', { downloadFault: 'limited' })]);
    const decided = await search();
    expect(decided.accepted.map(({ indexerId }) => indexerId).toSorted()).toEqual(['alpha', 'beta']);
    const limited = fetchContent(fixture.deps, await candidateOf(decided.searchId, 'one'), stepOf({ jobId }));
    expect(await failureOf(limited)).toMatchObject({ kind: 'throttled', retryAfterMs: 30_000 });
  });

  it('no. 8 `.torrent` link gives magnet redirect: the magnet is what is grabbed', async () => {
    const fetched = await grab([release('m', { downloadFault: 'magnet', infoHash: MAGNET_HASH })], 'm');
    expect(fetched).toMatchObject({ content: { kind: 'magnet' }, infoHash: MAGNET_HASH });
  });

  it('no. 8 `.torrent` link gives HTML with 200: the release is refused before any client hears of it', async () => {
    const failure = await failureOf(grab([release('h', { downloadFault: 'html' })], 'h'));
    expect(failure).toMatchObject({ kind: 'release_fault', message: expect.stringContaining('web page') });
  });
});

describe('secrets', () => {
  it('no. 65 secrets in payloads or logs: no key in any answer of a step, message, log line or stored row', async () => {
    const told: unknown[] = [];
    const lines: string[] = [];
    const log = createLog({ level: 'debug', destination: { write: (line) => lines.push(line) } });
    const step = stepOf({
      jobId,
      log: (level, message, fields) => {
        log[level](fields ?? {}, message);
      },
    });
    await startIndexer('good', [
      release('one', { attributes: { comments: API_KEY } }),
      // Its id, and so its title here, carry the key.
      release(`http://127.0.0.1/x?apikey=${encodeURIComponent(API_KEY)}`),
      release('two', { downloadFault: 'limited_xml', infoHash: 'c'.repeat(40) }),
    ]);
    const wrong = await startIndexer('wrong');
    wrong.setFault({ kind: 'error', code: 100, description: `Wrong key ${API_KEY}` });
    const moved = await startIndexer('moved');
    moved.setFault({ kind: 'redirect', to: `ftp://127.0.0.1/?k=${encodeURIComponent(API_KEY)}` });
    const prowlarr = await startProwlarrContractServer({ releases: [], apiKey: API_KEY });
    servers.push(prowlarr);
    prowlarr.setFault({ kind: 'key_refused' });
    await addIndexer('prowlarr', prowlarr.origin, 'prowlarr');

    const decided = await search(step, { allTiers: true });
    told.push(decided, step.lines);
    for (const candidate of await listCandidates(fixture.deps.db, decided.searchId)) {
      await fetchContent(fixture.deps, candidate, step).catch((error: unknown) => {
        log.error({ err: error }, 'grab');
        told.push(spellOut(error));
      });
    }
    const { db } = fixture.deps;
    for (const table of ['indexers', 'indexer_results', 'searches', 'candidates']) {
      const { rows } = await db.query<{ row: string }>(`select to_jsonb(t)::text as row from ${table} t`);
      expect(rows.length).toBeGreaterThan(0);
      told.push(rows);
    }
    const text = JSON.stringify([told, lines]);
    const has = (secret: string): boolean => text.includes(secret);
    expect(lines.length).toBeGreaterThan(0);
    expect(['Wrong key __apikey__', 'Download limit reached', 'HTTP 401'].map(has)).toEqual([
      true,
      true,
      true,
    ]);
    expect([API_KEY, encodeURIComponent(API_KEY)].map(has)).toEqual([false, false]);
  });
});
