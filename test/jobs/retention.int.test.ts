import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { catalogue } from '../../src/catalogue/index.js';
import { insertNewJob } from '../../src/jobs/create.js';
import { forgetOldJobs, RETENTION } from '../../src/jobs/retention.js';
import { forgetOldKeys } from '../../src/store/idempotency.js';
import { forgetOldRepairs, insertRepair, listRepairs } from '../../src/store/repairs.js';
import type { RetentionRule } from '../../src/store/retention.js';
import { createTestDatabase, type TestDatabase } from '../support/servers.js';

const silent = (): void => undefined;
const log = { info: silent, warn: silent, error: silent };
let database: TestDatabase;
let labels = 0;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(() => database.drop());

beforeEach(async () => {
  await database.db.query('truncate jobs, workers cascade');
});

type Outcome = RetentionRule['status'];

interface Family {
  type?: string;
  outcome: Outcome | null;
  endedDaysAgo?: number;
  parentId?: string;
}

/** A job as its end left it so long ago; `outcome` null leaves it open. */
async function ended({ type = 'demo_steps', outcome, endedDaysAgo = 0, parentId }: Family): Promise<string> {
  labels += 1;
  const params = type === 'demo_steps' ? { count: 1, label: `no. ${labels}` } : { label: `no. ${labels}` };
  const { job } = await insertNewJob(
    database.db,
    { catalogue },
    { type, params, createdBy: 'test', parentId },
  );
  await database.db.transaction(async (tx) => {
    // Past the trigger that would have it end now.
    await tx.query('set local session_replication_role = replica');
    await tx.query(
      `update jobs set outcome_status = $2, status = coalesce($2, 'queued'),
         ended_at = case when $2::text is not null then now() - $3 * interval '1 day' end where id = $1`,
      [job.id, outcome, endedDaysAgo],
    );
  });
  return job.id;
}

async function left(): Promise<string[]> {
  return (await database.db.query<{ id: string }>('select id from jobs order by ended_at desc')).rows.map(
    ({ id }) => id,
  );
}

function forget(rules?: readonly RetentionRule[]): Promise<number> {
  return forgetOldJobs({ db: database.db, catalogue, log }, rules);
}

describe('what has ended', () => {
  it('is kept as the contract says', () => {
    expect(RETENTION).toEqual([
      { status: 'completed', keepLatest: 100, days: 30 },
      { status: 'failed', keepLatest: 200, days: 90 },
      { status: 'cancelled', keepLatest: 0, days: 30 },
    ]);
  });

  it.each<[Outcome, number, number]>([
    ['completed', 100, 30],
    ['failed', 200, 90],
  ])('%s stays for the last %i of its type, and beyond them for %i days', async (outcome, keep, days) => {
    // A bulk of old ones besides: the last of the type, however old they are.
    await database.db.query(
      `insert into jobs (id, type, title, params, policy, created_by, round, accepted_round, outcome_status, status, ended_at)
       select 'demo_steps-' || lpad(n::text, 8, '0'), 'demo_steps', 'a job', '{}', '{}', 'test', 1, 1, $1, $1,
         now() - ($3 + 1) * interval '1 day' - n * interval '1 minute' from generate_series(1, $2 + 5) n`,
      [outcome, keep, days],
    );
    const young = await ended({ outcome, endedDaysAgo: days - 1 });
    const other = await ended({ type: 'demo_noop', outcome, endedDaysAgo: days + 100 });
    expect(await forget()).toBe(6);
    const kept = await left();
    expect(kept).toHaveLength(keep + 1);
    expect(kept).toEqual(
      expect.arrayContaining([young, other, `demo_steps-${String(keep - 1).padStart(8, '0')}`]),
    );
    expect(kept).not.toContain(`demo_steps-${String(keep).padStart(8, '0')}`);
    expect(await forget()).toBe(0);
  });

  it('cancelled goes after 30 days, the latest of its type too', async () => {
    await ended({ outcome: 'cancelled', endedDaysAgo: 40 });
    await ended({ outcome: 'cancelled', endedDaysAgo: 31 });
    await ended({ type: 'demo_noop', outcome: 'cancelled', endedDaysAgo: 31 });
    const young = await ended({ outcome: 'cancelled', endedDaysAgo: 29 });
    expect(await forget()).toBe(3);
    expect(await left()).toEqual([young]);
  });

  it('goes by the rules that are given, and only by those', async () => {
    const failed = await ended({ outcome: 'failed', endedDaysAgo: 400 });
    await ended({ outcome: 'completed', endedDaysAgo: 3 });
    const kept = [
      await ended({ outcome: 'completed', endedDaysAgo: 1 }),
      await ended({ outcome: 'completed', endedDaysAgo: 2 }),
      failed,
    ];
    const rules: RetentionRule[] = [{ status: 'completed', keepLatest: 2, days: 0 }];
    expect(await forget(rules)).toBe(1);
    expect(await forget(rules)).toBe(0);
    expect(await left()).toEqual(kept);
  });
});

const AT_ONCE: RetentionRule[] = [{ status: 'completed', keepLatest: 0, days: 30 }];

describe('a family', () => {
  it('goes whole, with all that was recorded of it, by the age of its oldest member', async () => {
    const parent = await ended({ outcome: 'completed', endedDaysAgo: 40 });
    const child = await ended({ outcome: 'failed', endedDaysAgo: 1, parentId: parent });
    await ended({ outcome: 'completed', endedDaysAgo: 1, parentId: child });
    await recordAllOf(child);
    // A child alone is never what goes.
    const young = await ended({ outcome: 'completed', endedDaysAgo: 1 });
    await ended({ outcome: 'completed', endedDaysAgo: 40, parentId: young });
    expect(await forget(AT_ONCE)).toBe(3);
    expect((await left())[0]).toBe(young);
    expect(await left()).toHaveLength(2);
    for (const table of [
      'job_runs',
      'job_steps',
      'job_attempts',
      'job_logs',
      'job_wishes',
      'cleanups',
      'permits',
    ])
      expect((await database.db.query(`select from ${table}`)).rowCount).toBe(0);
  });

  it('stays whole while a part of it is open, is to be cleaned up, or is the record of a request', async () => {
    const hold: ((childId: string) => Promise<unknown>)[] = [
      (id) => database.db.query(`update jobs set outcome_status = null, ended_at = null where id = $1`, [id]),
      (id) =>
        database.db.query(
          `insert into cleanups (job_id, activity, input) values ($1, 'removeSample', '{}')`,
          [id],
        ),
      (id) => recordRequest(id),
    ];
    for (const held of hold) {
      const parent = await ended({ outcome: 'completed', endedDaysAgo: 40 });
      await held(await ended({ outcome: 'completed', endedDaysAgo: 40, parentId: parent }));
    }
    expect(await forget(AT_ONCE)).toBe(0);
    expect(await left()).toHaveLength(6);
    await database.db.query('update cleanups set done_at = now()');
    expect(await forget(AT_ONCE)).toBe(2);
  });

  it('that has to stay does not keep those behind it', async () => {
    await database.db.query(
      `insert into jobs (id, type, title, params, policy, created_by, round, accepted_round, outcome_status, status, ended_at)
       select 'demo_steps-' || lpad(n::text, 8, '0'), 'demo_steps', 'a job', '{}', '{}', 'test', 1, 1, 'completed',
         'completed', now() - interval '50 days' from generate_series(1, 300) n`,
    );
    await database.db.query(
      `insert into cleanups (job_id, activity, input) select id, 'removeSample', '{}' from jobs`,
    );
    await ended({ outcome: 'completed', endedDaysAgo: 40 });
    expect(await forget(AT_ONCE)).toBe(1);
  });
});

async function recordRequest(jobId: string): Promise<void> {
  await database.db.query(
    `insert into libraries (id, name, kind, root, path_template) values ('l', 'Books', 'folder', 'library:', '') on conflict do nothing`,
  );
  await database.db.query(
    `insert into requests (id, job_id, media_type, item, library_id, state, created_by)
     values ('r', $1, 'audiobook', '{}', 'l', 'available', 'test')`,
    [jobId],
  );
}

async function recordAllOf(jobId: string): Promise<void> {
  for (const sql of [
    `insert into workers (id, host, process_id, role, queues) values ('w', 'here', 1, 'cpu', '{}')`,
    `insert into job_runs (job_id, run_id, chain, round) values ($1, 'run', 'run', 1)`,
    `insert into job_steps (job_id, name, occurrence, input_hash, round, queue, state)
     values ($1, 'countUp', 1, 'x', 1, 'cpu', 'failed')`,
    `insert into job_attempts (id, step_id, job_id, round, run_id, number, worker_id, queue, ended_at, outcome)
     select gen_random_uuid(), id, job_id, 1, 'run', 1, 'w', 'cpu', now(), 'failed' from job_steps where job_id = $1`,
    `insert into job_logs (job_id, seq, time, level, context, message) values ($1, 1, now(), 'info', 'a', 'b')`,
    `insert into job_wishes (job_id, kind, made_by) values ($1, 'cancel', 'test')`,
    `insert into cleanups (job_id, activity, input, done_at) values ($1, 'removeSample', '{}', now())`,
    `insert into permit_groups (name, maximum) values ('g', 1) on conflict do nothing`,
    `insert into permits (job_id, permit_group) values ($1, 'g')`,
  ])
    await database.db.query(sql, sql.includes('$1') ? [jobId] : []);
}

describe('keys and repairs', () => {
  it('go after 30 days', async () => {
    await database.db.query(
      `insert into idempotency_keys (principal, key, body_hash, created_at)
       values ('p', 'old', 'x', now() - interval '31 days'), ('p', 'young', 'x', now() - interval '29 days')`,
    );
    for (const detail of ['old', 'young'])
      await insertRepair(database.db, { jobId: 'demo_steps-00000000', kind: 'run_lost', detail });
    await database.db.query(
      `update repairs set time = now() - case detail when 'old' then 31 else 29 end * interval '1 day'`,
    );
    await forgetOldKeys(database.db);
    await forgetOldRepairs(database.db);
    expect((await database.db.query('select key from idempotency_keys')).rows).toEqual([{ key: 'young' }]);
    const repairs = await listRepairs(database.db, { before: undefined, limit: 10 });
    expect(repairs).toMatchObject([{ detail: 'young' }]);
  });
});
