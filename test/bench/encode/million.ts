import type { Database, Queryable } from '../../../src/store/database.js';
import { pendingJobs, recordAccepted } from '../../../src/store/jobs.js';
import type { Part } from '../harness/bench.js';
import { atMostMs, medianAndP99 } from '../harness/delays.js';
import { fillJobs } from '../jobs/fill.js';
import { ask, ROWS, ROWS_IN_WORDS } from '../jobs/million.js';
import type { EncodeStage } from './stage.js';

const TIMES = 200;
const WARM_UP = 10;
/** Waiting at once; more than any house has. */
const WAITING = 1_000;
const LINES = 10_000;
const PAGE = 200;

/** What a table of jobs has to answer all the time, with a million that have ended in it. */
export const million: Part<EncodeStage> = {
  name: 'million',
  measure: async (stage) => {
    const set = await stage.service();
    await fillJobs(set.db, ROWS);
    const { job, lines } = await fillLogs(set.db);
    const read = await ask(set, (number) => {
      const after = lines[(number * 7_919) % (LINES - PAGE)] ?? 0;
      return `/api/jobs/${job}/logs?after=${after}&limit=${PAGE}`;
    });
    return [
      ...medianAndP99(
        `${ROWS_IN_WORDS}: next job found among ${WAITING}`,
        await findNext(set.db),
        atMostMs(5),
      ),
      ...medianAndP99(`${ROWS_IN_WORDS}: status written`, await writeStatus(set.db), atMostMs(10)),
      ...medianAndP99(`${ROWS_IN_WORDS}: ${PAGE} of ${LINES} log lines read`, read, atMostMs(20)),
    ];
  },
};

/** In a transaction that is taken back: the service never sees these jobs, and starts none of them. */
async function findNext(db: Database): Promise<number[]> {
  class TakenBack extends Error {}
  const delays: number[] = [];
  await db
    .transaction(async (tx) => {
      await insertJobs(tx, { count: WAITING, secondsAgo: 60 });
      for (let time = 0; time < WARM_UP + TIMES; time += 1)
        delays.push(
          await timed(async () => {
            requireSome(await pendingJobs(tx));
          }),
        );
      throw new TakenBack();
    })
    .catch((error: unknown) => {
      if (!(error instanceof TakenBack)) throw error;
    });
  return delays.slice(WARM_UP);
}

function requireSome(found: readonly string[]): void {
  if (found.length === 0) throw new Error('Expected jobs that wait for their start, none was found');
}

/** `pending` to `queued`, each in a transaction of its own that is on the disk when it is answered. */
async function writeStatus(db: Database): Promise<number[]> {
  // So young that the service does not look for them yet.
  const ids = await insertJobs(db, { count: WARM_UP + TIMES, secondsAgo: 0 });
  try {
    const delays: number[] = [];
    for (const id of ids) delays.push(await timed(() => recordAccepted(db, id, 1)));
    return delays.slice(WARM_UP);
  } finally {
    await db.query('delete from jobs where id = any($1::text[])', [ids]);
  }
}

async function insertJobs(
  db: Queryable,
  { count, secondsAgo }: { count: number; secondsAgo: number },
): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `insert into jobs (id, type, title, params, policy, priority, created_by, created_at)
     select 'waiting-' || number, 'demo_noop', 'Nothing', '{}', '{"steps": {}, "retry": {"waitsMs": [200]}}', 1 + number % 10,
       'bench', now() - $2 * interval '1 second'
     from generate_series(1, $1::int) number returning id`,
    [count, secondsAgo],
  );
  return rows.map(({ id }) => id);
}

/** A long log, among short ones of a thousand others; the numbers of its lines. */
async function fillLogs(db: Database): Promise<{ job: string; lines: number[] }> {
  const { rows } = await db.query<{ id: string }>(
    `select id from jobs where created_by = 'bench' order by created_at desc limit 1001`,
  );
  const ids = rows.map(({ id }) => id);
  await db.query(
    `insert into job_logs (job_id, seq, time, level, context, message, metadata)
     select id, number, now(), 'info', 'countUp', 'line ' || number || ' of a log', '{"number": 1}'
     from unnest($1::text[]) with ordinality as job (id, place), generate_series(1, case place when 1 then $2::int else 100 end) number`,
    [ids, LINES],
  );
  await db.query('analyze job_logs');
  const job = ids[0] ?? '';
  const logs = await db.query<{ id: number }>('select id from job_logs where job_id = $1 order by id', [job]);
  return { job, lines: logs.rows.map(({ id }) => id) };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}
