import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { steps, type Woken } from '../../../src/activities/acquisition/wake-steps.js';
import { saveIndexer } from '../../../src/store/acquisition/indexers.js';
import { storeJob } from '../../support/stored-job.js';
import { createFixture, stepOf, type Fixture } from './fixture.js';
import { storeRequest } from './stored-downloads.js';

let fixture: Fixture;
let jobId: string;

beforeAll(async () => {
  fixture = await createFixture();
});

beforeEach(async () => {
  await fixture.deps.db.query(`update requests set state = 'available'`);
  await fixture.deps.db.query('delete from indexers');
  ({ id: jobId } = await storeJob(fixture.deps.db));
});

afterAll(() => fixture.close());

/** Waits for its next search, asked last so many minutes ago; `due`: its timer should have ended then. */
async function waiting(minutes: number, due: number | null): Promise<string> {
  const { jobId: id } = await storeRequest(fixture, { state: 'awaiting_search' });
  const ago = `now() - $2 * interval '1 minute'`;
  await fixture.deps.db.query(`update requests set changed_at = ${ago} where job_id = $1`, [id, minutes]);
  await fixture.deps.db.query(`update jobs set wait_until = ${ago} where id = $1`, [id, due]);
  return id;
}

function wake(all = false): Promise<Woken> {
  return steps.create(fixture.deps).wakeDue({ state: 'awaiting_search', all }, stepOf({ jobId }));
}

async function wokenIds(): Promise<string[]> {
  const { rows } = await fixture.deps.db.query<{ id: string }>(
    `select job_id as id from job_wishes where made_by = $1 and kind = 'retryNow' order by job_wishes.id`,
    [`longplay: ${jobId}`],
  );
  return rows.map(({ id }) => id);
}

describe('what is due is woken', () => {
  it('only where its own timer is lost, unless all is asked for; never one that is paused', async () => {
    const lost = await waiting(120, 30);
    await waiting(120, -30);
    await waiting(120, 2);
    const paused = await waiting(120, 30);
    await fixture.deps.db.query('update jobs set paused_at = now() where id = $1', [paused]);
    expect(await wake()).toEqual({ woken: 1, left: 0, restMs: null });
    expect(await wokenIds()).toEqual([lost]);
    expect(await wake(true)).toMatchObject({ woken: 2, left: 0 });
  });

  it('also one whose wait was never written down', async () => {
    const id = await waiting(120, null);
    expect(await wake()).toMatchObject({ woken: 1 });
    expect(await wokenIds()).toEqual([id]);
  });

  it('no. 9 starvation by unordered `take 50`, no. 3 request storm: all are reached, oldest first, slice by slice', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 65; n += 1) ids.push(await waiting(1_000 - n, 100));
    const slices: Woken[] = [];
    do slices.push(await wake());
    while ((slices.at(-1)?.left ?? 0) > 0);
    expect(slices.map(({ woken, left }) => [woken, left])).toEqual([
      [20, 45],
      [20, 25],
      [20, 5],
      [5, 0],
    ]);
    expect(await wokenIds()).toEqual(ids);
  });

  it('no. 3: nobody while every indexer rests, and the answer says for how long', async () => {
    await waiting(120, 30);
    const { seal, db } = fixture.deps;
    for (const [id, minutes] of [
      ['one', 30],
      ['two', 10],
    ] as const) {
      await saveIndexer(db, {
        ...{ id, name: id, kind: 'torznab', baseUrl: 'http://127.0.0.1:1', username: null, categories: [] },
        ...{ secret: seal.seal('key'), priority: 25, minimumSeeders: 1, seedRatio: null, seedMinutes: null },
        enabled: true,
      });
      await db.query(`update indexers set disabled_until = now() + $2 * interval '1 minute' where id = $1`, [
        id,
        minutes,
      ]);
    }
    const rests = await wake();
    expect(rests).toMatchObject({ woken: 0, left: 1 });
    expect(rests.restMs).toBeGreaterThan(9 * 60_000);
    expect(rests.restMs).toBeLessThanOrEqual(10 * 60_000);
    expect(await wokenIds()).toEqual([]);
  });
});
