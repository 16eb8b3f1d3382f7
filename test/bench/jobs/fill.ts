import type { Database } from '../../../src/store/database.js';

/** Rows that are ended and plausible: types, statuses, priorities, titles and times as a large house has them after a year. */
const FILL = `
  insert into jobs (id, type, title, params, policy, priority, subject_type, subject_id, created_by, created_at,
    accepted_round, claimed_round, outcome_status, result, error, progress, status, started_at, ended_at)
  select
    type || '-' || lpad(number::text, 8, '0'), type,
    case type when 'demo_steps' then 'Count to ' || number % 5000 || ' (' || word || ' ' || number % 977 || ')'
      else 'Nothing (' || word || ' ' || number % 977 || ')' end,
    jsonb_build_object('count', number % 5000, 'label', word), '{"steps": {}, "retry": {"waitsMs": [200]}}', 1 + number % 10,
    'item', (number % 100000)::text, 'bench', created, 1, 1, status,
    case status when 'completed' then '{"counted": 5}'::jsonb end,
    case status when 'failed' then '{"kind": "transient", "message": "Told to fail"}'::jsonb end,
    case status when 'completed' then 1 else 0.4 end, status, created + interval '1 second', created + interval '30 seconds'
  from (
    select number, now() - number * interval '30 seconds' as created,
      (array['demo_noop', 'demo_steps', 'demo_fail', 'library_scan', 'search_indexers', 'organize_files'])[1 + (number * 7919 % 100) / 17] as type,
      case when number * 104729 % 100 < 90 then 'completed' when number * 104729 % 100 < 97 then 'failed' else 'cancelled' end as status,
      (array['north', 'harbour', 'lantern', 'meadow', 'copper', 'winter', 'signal', 'garden'])[1 + number % 8] as word
    from generate_series($1::bigint, $2::bigint) as number
  ) spread`;

const SLICE = 100_000;

/** Inserts so many rows unless it did before, and lets Postgres learn their spread. */
export async function fillJobs(db: Database, count: number): Promise<void> {
  const { rowCount } = await db.query(`select from jobs where created_by = 'bench' limit 1`);
  if (rowCount === 1) return;
  for (let from = 1; from <= count; from += SLICE) {
    await db.query(FILL, [from, Math.min(count, from + SLICE - 1)]);
  }
  await db.query('vacuum (analyze) jobs, job_words');
}
