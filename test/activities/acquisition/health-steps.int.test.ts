import { rename } from 'node:fs/promises';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { steps, type HouseHealth } from '../../../src/activities/acquisition/health-steps.js';
import { requireOnline } from '../../../src/activities/acquisition/root-state.js';
import { startTorznabServer, type TorznabServer } from '../../../src/cli/demo/torznab-server.js';
import type { HealthCheckKind } from '../../../src/domain/health/check.js';
import { saveDownloadClient } from '../../../src/store/acquisition/download-clients.js';
import { saveIndexer } from '../../../src/store/acquisition/indexers.js';
import { timelineOf } from '../../../src/store/acquisition/requests.js';
import { listHealthChecks, type HealthCheckRow } from '../../../src/store/health-checks.js';
import { insertSchedule } from '../../../src/store/schedules.js';
import { registerWorker } from '../../../src/store/workers.js';
import { startAria2Process, type Aria2Process } from '../../support/aria2-process.js';
import { scheduleSettings } from '../../support/schedules.js';
import { createFixture, stepOf, type Fixture } from './fixture.js';
import { storeAria2, storeRequest } from './stored-downloads.js';

const API_KEY = 'of-this-house';
let fixture: Fixture;
let aria2: Aria2Process;
let indexer: TorznabServer;

beforeAll(async () => {
  fixture = await createFixture();
  aria2 = await startAria2Process(fixture.folder, ['--seed-ratio=2.0']);
  await storeAria2(fixture, aria2);
  indexer = await startTorznabServer({ items: [], apiKey: API_KEY });
  await fixture.deps.db.query(
    `insert into notification_targets (id, name, kind, url, place, events)
     values ('phone', 'Phone', 'webhook', 'sealed', 'https://127.0.0.1', '{health_changed}')`,
  );
});

afterAll(async () => {
  await indexer.close();
  await aria2.stop();
  await fixture.close();
});

function look(): Promise<HouseHealth> {
  return steps.create(fixture.deps).checkHealth({}, stepOf());
}

async function check(kind: HealthCheckKind, subject: string): Promise<HealthCheckRow | undefined> {
  const checks = await listHealthChecks(fixture.deps.db);
  return checks.find((one) => one.kind === kind && one.subject === subject);
}

async function told(about: string): Promise<string[]> {
  const { rows } = await fixture.deps.db.query<{ title: string }>(
    `select title from notices where event = 'health_changed' and title like $1 order by id`,
    [`${about}%`],
  );
  return rows.map(({ title }) => title);
}

async function addIndexer(id: string, key: string): Promise<void> {
  const { db, seal } = fixture.deps;
  await saveIndexer(db, {
    ...{ id, name: id, kind: 'torznab', baseUrl: indexer.url, username: null, secret: seal.seal(key) },
    ...{ categories: [], priority: 25, minimumSeeders: 1, seedRatio: null, seedMinutes: null, enabled: true },
  });
}

describe('a look after the house', () => {
  it('says of indexers that they answer, rest, or refuse the key, which it does not repeat', async () => {
    await addIndexer('good', API_KEY);
    await addIndexer('locked', 'a-wrong-key');
    await addIndexer('tired', API_KEY);
    await fixture.deps.db.query(
      `update indexers set disabled_until = now() + interval '1 hour', last_outcome = 'throttled',
         last_detail = 'HTTP 429: too many requests' where id = 'tired'`,
    );
    await look();
    expect(await check('indexer', 'good')).toMatchObject({ level: 'ok', remedy: null });
    const locked = await check('indexer', 'locked');
    expect(locked).toMatchObject({ level: 'error', message: expect.stringContaining('credentials') });
    expect(JSON.stringify(locked)).not.toContain('a-wrong-key');
    expect(await check('indexer', 'tired')).toMatchObject({
      ...{ level: 'warning', message: expect.stringContaining('429') },
    });
  });

  it('asks an indexer again only after an hour in which nobody else has', async () => {
    const asked = indexer.requests.length;
    await look();
    expect(indexer.requests).toHaveLength(asked);
    await fixture.deps.db.query(
      `update indexers set last_used_at = now() - interval '61 minutes' where id = 'good'`,
    );
    await look();
    expect(indexer.requests).toHaveLength(asked + 1);
  });

  it('takes a short rest of an indexer for a part of life', async () => {
    await fixture.deps.db.query(
      `update indexers set disabled_until = now() + interval '5 minutes' where id = 'good'`,
    );
    await look();
    expect(await check('indexer', 'good')).toMatchObject({
      ...{ level: 'ok', message: expect.stringContaining('rests until') },
    });
    await fixture.deps.db.query(`update indexers set disabled_until = null where id = 'good'`);
  });

  it('tells each change once, and that it is well again; what is configured no more goes', async () => {
    const before = await check('indexer', 'locked');
    await look();
    expect(await told('indexer locked')).toEqual(['indexer locked is in trouble']);
    expect((await check('indexer', 'locked'))?.since).toEqual(before?.since);
    await addIndexer('locked', API_KEY);
    await look();
    await look();
    expect(await told('indexer locked')).toEqual([
      'indexer locked is in trouble',
      'indexer locked is well again',
    ]);
    await fixture.deps.db.query(`delete from indexers where id = 'locked'`);
    await look();
    expect(await check('indexer', 'locked')).toBeUndefined();
  });

  it('no. 58: says of a client which of its own seeding rules is against us', async () => {
    expect(await check('download_client', 'aria2')).toMatchObject({
      ...{ level: 'ok', message: expect.stringContaining('aria2') },
    });
    expect(await check('client_settings', 'aria2')).toMatchObject({
      ...{ level: 'warning', message: expect.stringContaining('ratio') },
      remedy: expect.stringContaining('--seed-ratio'),
    });
  });

  it('says of a client that is away first that it needs a look, and after ten minutes that it is in trouble', async () => {
    const { db } = fixture.deps;
    await saveDownloadClient(db, {
      ...{ id: 'away', name: 'Away', kind: 'aria2', baseUrl: 'http://127.0.0.1:1/jsonrpc', secret: null },
      ...{ username: null, category: null, priority: 25, enabled: true, embedded: false },
      pathMappings: [{ remote: '/data', logical: 'inbox:not-there' }],
    });
    await look();
    expect(await check('download_client', 'away')).toMatchObject({ level: 'warning' });
    expect(await check('path_mapping', 'away')).toMatchObject({
      ...{ level: 'error', message: expect.stringContaining('"/data" is mapped to inbox:not-there') },
    });
    await db.query(
      `update health_checks set since = since - interval '11 minutes' where kind = 'download_client'`,
    );
    await look();
    await look();
    expect(await check('download_client', 'away')).toMatchObject({ level: 'error' });
    expect(await told('download client away')).toEqual(['download client away is in trouble']);
    await db.query(`delete from download_clients where id = 'away'`);
  });

  it('no. 36: says that a library’s disk is away, and when it is back', async () => {
    await requireOnline(fixture.deps, { root: 'library:Books' });
    await look();
    expect(await check('library', 'books')).toMatchObject({ level: 'ok' });
    await rename(fixture.library, `${fixture.library}-elsewhere`);
    await look();
    expect(await check('library', 'books')).toMatchObject({
      ...{ level: 'error', remedy: expect.stringContaining('longplay library mark books') },
    });
    await rename(`${fixture.library}-elsewhere`, fixture.library);
    await look();
    expect(await told('library books')).toEqual([
      'library books is in trouble',
      'library books is well again',
    ]);
  });

  it('no. 35: counts what running downloads still need as taken', async () => {
    expect(await check('disk_space', 'downloads:')).toMatchObject({ level: 'ok' });
    const { db } = fixture.deps;
    const { jobId } = await storeRequest(fixture, { state: 'downloading' });
    await db.query(
      `insert into downloads (id, job_id, round, client_id, client_item_id, release_title, directory, total_bytes)
       values ('dl-huge', $1, 1, 'aria2', 'x', 'Huge', 'downloads:dl-huge', 1000000000000000)`,
      [jobId],
    );
    await look();
    expect(await check('disk_space', 'downloads:')).toMatchObject({
      ...{ level: 'error', message: expect.stringContaining('Only 0.0 GB are free') },
    });
    expect(await check('folder', 'downloads:')).toMatchObject({ level: 'ok' });
    await db.query(`delete from downloads where id = 'dl-huge'`);
  });

  it('says of a schedule that has missed two of its times, and of queues that nobody serves', async () => {
    const { db } = fixture.deps;
    for (const id of ['lazy', 'new'])
      await insertSchedule(db, { ...scheduleSettings({ cron: '*/5 * * * *' }), id });
    await db.query(`update schedules set changed_at = now() - interval '16 minutes' where id = 'lazy'`);
    // After a time without looks, as at a start, what was missed is being made up for.
    await db.query(`update health_checks set looked_at = now() - interval '1 hour'`);
    await look();
    expect(await check('schedule', 'lazy')).toMatchObject({ level: 'ok' });
    await look();
    expect(await check('schedule', 'lazy')).toMatchObject({
      ...{ level: 'warning', message: expect.stringContaining('has never fired') },
    });
    expect(await check('schedule', 'new')).toMatchObject({ level: 'ok' });
    expect(await check('queue', 'io')).toMatchObject({ level: 'error' });
    await registerWorker(db, {
      ...{ id: 'w', host: 'h', processId: 1, role: 'core+cpu' },
      queues: { workflows: 1, io: 1, cpu: 1, admin: 1 },
    });
    await look();
    expect(await check('queue', 'io')).toMatchObject({ level: 'ok' });
    expect(await check('queue', 'gpu-ai')).toBeUndefined();
  });

  it('tells once that a library has not shown for a day what is filed, in the request’s timeline too', async () => {
    const { db } = fixture.deps;
    const { requestId } = await storeRequest(fixture, { title: 'Tono-Bungay', state: 'downloaded' });
    await look();
    expect(await check('library_confirm', requestId)).toBeUndefined();
    await db.query(`update requests set changed_at = now() - interval '25 hours' where id = $1`, [requestId]);
    await db.query(`update request_timeline set time = time - interval '25 hours' where request_id = $1`, [
      requestId,
    ]);
    await look();
    await look();
    expect(await check('library_confirm', requestId)).toMatchObject({
      ...{
        level: 'warning',
        message: expect.stringContaining('Books has not shown "Tono-Bungay" for 24 hours'),
      },
    });
    expect(await told(`request ${requestId}`)).toHaveLength(1);
    const timeline = await timelineOf(db, requestId);
    expect(timeline.filter(({ detail }) => detail?.includes('24 hours'))).toHaveLength(1);
    await db.query(`update requests set state = 'available' where id = $1`, [requestId]);
    await look();
    expect(await check('library_confirm', requestId)).toBeUndefined();
  });
});
