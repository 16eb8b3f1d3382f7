import { afterAll, beforeAll, expect, it } from '@jest/globals';

import { listJobs, type JobCursor, type JobFilter } from '../../src/store/job-list.js';
import { createTestDatabase, type TestDatabase } from '../support/servers.js';
import { storeJob } from '../support/stored-job.js';

const ROWS = 4_500;
let database: TestDatabase;

/** A word that all titles have, some, few, and one that only old ones have; many rows share a microsecond. */
beforeAll(async () => {
  database = await createTestDatabase();
  const { id } = await storeJob(database.db);
  await database.db.query(
    `insert into jobs (id, type, title, params, policy, priority, created_by, created_at)
     select 'copy-' || lpad(number::text, 8, '0'), case when number % 3 = 0 then 'demo_noop' else type end,
       'All of them' || case when number % 30 = 0 then ' some' else '' end
         || case when number % 400 = 0 then ' a_few' else '' end
         || case when number > 4000 then ' OLD' else '' end,
       params, policy, priority, created_by, now() - (number / 7) * interval '1 second'
     from jobs, generate_series(1, $2::int) as number where id = $1`,
    [id, ROWS],
  );
  await database.db.query('delete from jobs where id = $1', [id]);
});

afterAll(() => database.drop());

async function allPages(filter: JobFilter, limit: number): Promise<string[]> {
  const found: string[] = [];
  let after: JobCursor | undefined;
  do {
    const page = await listJobs(database.db, { filter, limit, after });
    found.push(...page.jobs.map(({ id }) => id));
    after = page.next ?? undefined;
  } while (after !== undefined);
  return found;
}

it.each<[string, JobFilter, string]>([
  ['that all titles have', { search: 'all OF' }, `title ilike '%all of%'`],
  ['that some have', { search: 'some' }, `title ilike '%some%'`],
  ['that few have, its mark standing for itself', { search: 'a_few' }, `title like '%a\\_few%'`],
  ['that only old ones have', { search: 'old' }, `title like '%OLD%'`],
  ['of one type', { search: 'a_few', types: ['demo_noop'] }, `title like '%a\\_few%' and type = 'demo_noop'`],
  ['that none has', { search: 'afew' }, 'false'],
])('finds a word %s, page by page, each job once and newest first', async (_what, filter, condition) => {
  const { rows } = await database.db.query<{ id: string }>(
    `select id from jobs where ${condition} order by created_at desc, id desc`,
  );
  expect(await allPages(filter, 40)).toEqual(rows.map(({ id }) => id));
});
