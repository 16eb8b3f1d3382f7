import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { decideResults } from '../../../src/activities/acquisition/decide-results.js';
import { steps as requestSteps } from '../../../src/activities/acquisition/request-steps.js';
import { DEFAULT_DELAY_PROFILE } from '../../../src/domain/acquisition/delay-profile.js';
import type { MediaItem, Release } from '../../../src/domain/acquisition/release.js';
import type { SearchConclusion } from '../../../src/domain/acquisition/search-conclusion.js';
import { listBlocked } from '../../../src/store/acquisition/blocklist.js';
import { deleteDelayProfile, saveDelayProfile } from '../../../src/store/acquisition/delay-profiles.js';
import { saveCustomRule, saveQualityProfile } from '../../../src/store/acquisition/quality-profiles.js';
import { findRequest, openRequest, saveRequestPolicy } from '../../../src/store/acquisition/requests.js';
import { listCandidates, saveIndexerResult } from '../../../src/store/acquisition/searches.js';
import { saveDownloadClient } from '../../../src/store/acquisition/download-clients.js';
import { recordIndexerUse, saveIndexer } from '../../../src/store/acquisition/indexers.js';
import { storeJob } from '../../support/stored-job.js';
import { createFixture, LIBRARY, stepOf, type Fixture } from './fixture.js';

const ITEM: MediaItem = { mediaType: 'audiobook', title: 'Foundation', author: 'Isaac Asimov' };

let fixture: Fixture;
let requestId: string;
let jobId: string;
let occurrence = 0;

beforeAll(async () => {
  fixture = await createFixture();
  const { db } = fixture.deps;
  ({ id: jobId } = await storeJob(db));
  requestId = await openRequest(db, {
    ...{ id: 'req-policy', jobId, item: ITEM, libraryId: LIBRARY },
  });
  await saveIndexer(db, {
    ...{
      id: 'one',
      name: 'One',
      kind: 'torznab',
      baseUrl: 'http://127.0.0.1:1',
      username: null,
      secret: null,
    },
    ...{ categories: [], priority: 25, minimumSeeders: 1, seedRatio: null, seedMinutes: null, enabled: true },
  });
  await saveDownloadClient(db, {
    ...{
      id: 'aria2',
      name: 'aria2',
      kind: 'aria2',
      baseUrl: 'http://127.0.0.1:1',
      username: null,
      secret: null,
    },
    ...{ category: null, pathMappings: [], priority: 1, enabled: true, embedded: false },
  });
  await saveCustomRule(db, {
    id: 'no-mp3',
    name: 'No MP3',
    effect: { kind: 'must_not' },
    conditions: [{ kind: 'format', format: 'mp3' }],
  });
  await saveCustomRule(db, {
    id: 'label',
    name: 'A good label',
    effect: { kind: 'score', score: 5 },
    conditions: [{ kind: 'title', pattern: 'GoodLabel$' }],
  });
});

afterEach(async () => {
  await saveRequestPolicy(fixture.deps.db, { requestId, qualityProfileId: null, tags: [] });
});

afterAll(() => fixture.close());

const release = (guid: string, own: Partial<Release> = {}): Release => ({
  ...{ indexerId: 'one', guid, title: `Isaac Asimov - Foundation [M4B] ${guid}`, protocol: 'torrent' },
  ...{ sizeBytes: 300 * 1_048_576, categories: [3030], seeders: 20, freeleech: false },
  ...own,
});

async function found(...releases: Release[]): Promise<SearchConclusion> {
  occurrence += 1;
  await saveIndexerResult(fixture.deps.db, {
    ...{
      jobId,
      occurrence,
      tier: 0,
      indexerId: 'one',
      outcome: 'ok',
      detail: null,
      retryAt: null,
      elapsedMs: 1,
    },
    releases: releases.map((one) => ({ release: one, linkSealed: null })),
  });
  const place = { jobId, occurrence };
  return decideResults(
    fixture.deps,
    { about: { item: ITEM, requestId }, asked: place, kept: { ...place, id: `s-${occurrence}` }, plan: {} },
    stepOf({ jobId }),
  );
}

async function reasonsOf({ searchId }: SearchConclusion): Promise<Record<string, string[]>> {
  const rows = await listCandidates(fixture.deps.db, searchId);
  return Object.fromEntries(
    rows.map(({ guid, evaluation }) => {
      const { rejections } = evaluation as { rejections: { code: string }[] };
      return [guid, rejections.map(({ code }) => code)];
    }),
  );
}

describe("people's own policy", () => {
  it('judges by the profile of the request, and by that of its library where it has none', async () => {
    const { db } = fixture.deps;
    const mp3 = release('mp3', { title: 'Isaac Asimov - Foundation [MP3]' });
    expect((await found(mp3)).conclusion).toBe('accepted');
    await saveQualityProfile(db, {
      ...{ id: 'strict', name: 'Strict', scoring: 'requirement', preferences: {}, minimumScore: 0 },
      rules: [{ ruleId: 'no-mp3', score: null }],
    });
    await saveRequestPolicy(db, { requestId, qualityProfileId: 'strict', tags: [] });
    const own = await found(mp3);
    expect(await reasonsOf(own)).toEqual({ mp3: ['MUST_NOT_TERM'] });

    await saveRequestPolicy(db, { requestId, qualityProfileId: null, tags: [] });
    await db.query(`update libraries set quality_profile_id = 'strict'`);
    expect(await reasonsOf(await found(mp3))).toEqual({ mp3: ['MUST_NOT_TERM'] });
    await db.query(`update libraries set quality_profile_id = null`);
  });

  it('scores rules as the profile says, and ranks by them', async () => {
    const { db } = fixture.deps;
    await saveQualityProfile(db, {
      ...{ id: 'labels', name: 'Labels', scoring: 'default', preferences: {}, minimumScore: 50 },
      rules: [{ ruleId: 'label', score: 100 }],
    });
    await saveRequestPolicy(db, { requestId, qualityProfileId: 'labels', tags: [] });
    const labelled = release('labelled', { title: 'Isaac Asimov - Foundation [M4B] GoodLabel', seeders: 1 });
    const decided = await found(release('plain'), labelled);
    expect(decided.accepted.map(({ title }) => title)).toEqual([labelled.title]);
    expect(await reasonsOf(decided)).toMatchObject({ plain: ['CUSTOM_SCORE'] });
  });
});

describe('a delay profile', () => {
  it('lets the item wait since its first release, whose time is kept until nothing waits', async () => {
    const { db } = fixture.deps;
    await saveDelayProfile(db, {
      ...{ ...DEFAULT_DELAY_PROFILE, id: 'evening', name: 'Evening', order: 1, torrentDelay: 60 },
      tags: ['patient'],
    });
    expect((await found(release('a'))).conclusion).toBe('accepted');

    await saveRequestPolicy(db, { requestId, qualityProfileId: null, tags: ['patient'] });
    const first = await found(release('a'));
    expect(first).toMatchObject({ conclusion: 'delayed', accepted: [] });
    const since = (await findRequest(db, requestId))?.pendingSince;
    expect(since).toBeInstanceOf(Date);
    await db.query(`update requests set pending_since = now() - interval '59 minutes' where id = $1`, [
      requestId,
    ]);
    expect((await found(release('b'))).retryAfterMs).toBeLessThanOrEqual(60_000);

    await db.query(`update requests set pending_since = now() - interval '61 minutes' where id = $1`, [
      requestId,
    ]);
    const best = release('best', { seeders: 5_000 });
    const due = await found(release('a'), best);
    expect(due.accepted[0]?.title).toBe(best.title);
    expect((await findRequest(db, requestId))?.pendingSince).toBeNull();
    await deleteDelayProfile(db, 'evening');
  });
});

describe('what cannot be fetched now', () => {
  it('grab limit (no. 7): no more than the indexer allows in a day, and the same answers are judged again afterwards', async () => {
    const { db } = fixture.deps;
    await db.query(`update indexers set grab_limit = 1`);
    const download = await storeJob(db);
    await db.query(
      `insert into downloads (id, job_id, round, client_id, client_item_id, release_title, indexer_id, guid, directory, removed_at)
       values ('dl-old', $1, 1, 'aria2', 'x', 'Another', 'one', 'other', 'downloads:dl-old', now())`,
      [download.id],
    );
    const held = await found(release('a'));
    expect(held).toMatchObject({ conclusion: 'held', waitsFor: 'indexer_backoff' });
    expect(held.retryAfterMs).toBeGreaterThan(23 * 3_600_000);

    await db.query(`update downloads set created_at = now() - interval '25 hours'`);
    const { decideAgain } = requestSteps.create(fixture.deps);
    const again = await decideAgain(
      { requestId, searchId: held.searchId, occurrence: 9_001 },
      stepOf({ jobId }),
    );
    expect(again).toMatchObject({ conclusion: 'accepted', accepted: [{ indexerId: 'one' }] });
    // What people look at stays as it was; the new decision is one of its own.
    expect(again.searchId).not.toBe(held.searchId);
    expect(await reasonsOf(held)).toEqual({ a: ['GRAB_LIMIT'] });
  });

  it('an indexer that rests gives no release file either', async () => {
    const { db } = fixture.deps;
    const until = new Date(Date.now() + 600_000);
    await recordIndexerUse(db, { id: 'one', outcome: 'throttled', detail: 'slow down', level: 3, until });
    expect(await found(release('a'))).toMatchObject({ conclusion: 'held', waitsFor: 'indexer_backoff' });
    await recordIndexerUse(db, { id: 'one', outcome: 'ok', detail: null, level: 0, until: null });
  });

  it('no. 17 client restarts or is down for hours: what fits waits for it, and nothing is refused for good', async () => {
    const { db } = fixture.deps;
    await db.query(`update download_clients set unreachable_since = now() - interval '2 hours'`);
    expect(await found(release('a'))).toMatchObject({ conclusion: 'held', waitsFor: 'client_unreachable' });
    await db.query(`update download_clients set unreachable_since = now() - interval '1 minute'`);
    expect((await found(release('a'))).conclusion).toBe('accepted');
    await db.query(`update download_clients set unreachable_since = null`);
  });
});

describe('a release that proved bad', () => {
  it('is blocked with its reason and evidence, and refused at the next decision', async () => {
    const { db } = fixture.deps;
    const post = release('post', { protocol: 'usenet', publishedAt: '2026-01-01T00:00:00Z' });
    const { searchId } = await found(post);
    const { blockRelease } = requestSteps.create(fixture.deps);
    const evidence = '12 articles are missing';
    await blockRelease({ requestId, searchId, candidate: 0, evidence });
    const [entry] = await listBlocked(db, { itemKey: undefined, before: undefined, limit: 10 });
    expect(entry).toMatchObject({
      reason: 'missing_articles',
      evidence,
      source: 'download',
      expiresAt: null,
    });
    // The same post under the guid of another search.
    const again = { ...post, guid: 'other', publishedAt: '2026-01-01T00:01:30Z' };
    expect(await reasonsOf(await found(again))).toMatchObject({
      other: expect.arrayContaining(['BLOCKLISTED']),
    });
  });
});
