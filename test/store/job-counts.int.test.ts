import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { foldJobCounts, readJobCounts, type JobCount } from '../../src/store/job-counts.js';
import { beginRound, recordAccepted } from '../../src/store/jobs.js';
import { migrate } from '../../src/store/migrate.js';
import { recordOutcome } from '../../src/store/runs.js';
import { createTestDatabase, type TestDatabase } from '../support/servers.js';
import { storeJob } from '../support/stored-job.js';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(() => database.drop());

/** What the counters stand for, counted row by row. */
async function countedByHand(): Promise<JobCount[]> {
  const { rows } = await database.db.query<JobCount>(
    `select type, status, count(*) as count from jobs group by type, status order by type, status`,
  );
  return rows;
}

async function changesLeft(): Promise<number> {
  const { rows } = await database.db.query<{ left: number }>(
    'select count(*)::int as left from job_count_changes',
  );
  return rows[0]?.left ?? -1;
}

/** The same mixture in each run, so that a failure can be looked at again (a linear congruential generator). */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

/** One writer's own jobs go from status to status, and away. */
async function changeAtRandom(seed: number, steps: number): Promise<void> {
  const { db } = database;
  const random = createRandom(seed);
  const ids: string[] = [];
  for (let step = 0; step < steps; step += 1) {
    const id = ids[random(ids.length)];
    const action = random(6);
    if (id === undefined || action < 2) ids.push((await storeJob(db)).id);
    else if (action === 2) await recordAccepted(db, id, 1);
    else if (action === 3) {
      const end = { runId: null, result: null, error: null } as const;
      const status = (['completed', 'failed', 'cancelled'] as const)[random(3)] ?? 'failed';
      await recordOutcome(db, { jobId: id, round: 1, status, ...end });
    } else if (action === 4) await beginRound(db, { id, round: 1, fresh: true });
    else {
      await db.query('delete from jobs where id = $1', [id]);
      ids.splice(ids.indexOf(id), 1);
    }
  }
}

describe('the counters of jobs', () => {
  it('agree with the rows after writers and folds at the same time, also before the last fold', async () => {
    let writing = true;
    const folds = async (): Promise<void> => {
      while (writing) await foldJobCounts(database.db);
    };
    const folding = [folds(), folds()];
    await Promise.all([1, 2, 3, 4].map((seed) => changeAtRandom(seed, 80)));
    writing = false;
    await Promise.all(folding);
    await changeAtRandom(5, 40);
    expect(await changesLeft()).toBeGreaterThan(0);
    const byHand = await countedByHand();
    expect(byHand.length).toBeGreaterThan(3);
    expect(await readJobCounts(database.db)).toEqual(byHand);
    await Promise.all([foldJobCounts(database.db), foldJobCounts(database.db)]);
    expect(await changesLeft()).toBe(0);
    await foldJobCounts(database.db);
    expect(await readJobCounts(database.db)).toEqual(byHand);
  });

  it('count nothing of a transaction that is rolled back', async () => {
    const before = await readJobCounts(database.db);
    const undone = database.db.transaction(async (tx) => {
      await storeJob(tx);
      await foldJobCounts(tx);
      throw new Error('rolled back');
    });
    await expect(undone).rejects.toThrow('rolled back');
    expect(await readJobCounts(database.db)).toEqual(before);
  });

  it('fold while another writer has changes in hand, and fold those once it has committed', async () => {
    const { db } = database;
    await db.transaction(async (tx) => {
      await storeJob(tx);
      // On another connection: neither of the two waits for the other.
      await foldJobCounts(db);
    });
    await foldJobCounts(db);
    expect(await readJobCounts(db)).toEqual(await countedByHand());
    expect(await changesLeft()).toBe(0);
  });

  it('are read without touching a single job', async () => {
    await database.db.transaction(async (tx) => {
      await tx.query('lock table jobs in access exclusive mode');
      await expect(readJobCounts(database.db)).resolves.not.toEqual([]);
    });
  });

  it('begin with the jobs that an older version has left', async () => {
    const own = await createTestDatabase();
    try {
      await own.db.query('drop table job_counts, job_count_changes');
      await own.db.query('drop function count_job cascade');
      await own.db.query('drop index jobs_paused');
      await own.db.query(`delete from migrations where name = '0004_counters.sql'`);
      const { id } = await storeJob(own.db);
      await storeJob(own.db);
      await recordAccepted(own.db, id, 1);
      expect(await migrate({ connectionString: own.url })).toEqual(['0004_counters.sql']);
      expect(await readJobCounts(own.db)).toEqual([
        { type: 'demo_steps', status: 'pending', count: 1 },
        { type: 'demo_steps', status: 'queued', count: 1 },
      ]);
    } finally {
      await own.drop();
    }
  });
});
