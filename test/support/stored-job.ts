import { insertNewJob } from '../../src/jobs/create.js';
import { catalogue } from '../../src/catalogue/index.js';
import type { Queryable } from '../../src/store/database.js';
import { touchJob, type JobRow } from '../../src/store/jobs.js';

let labels = 0;

/** Rows as the use cases write them, for tests of what is read: Temporal is not asked to start them. */
export async function storeJob(
  db: Queryable,
  { label, parentId }: { label?: string; parentId?: string } = {},
): Promise<JobRow> {
  labels += 1;
  const params = { count: 1, label: label ?? `no. ${labels}` };
  const wish = { type: 'demo_steps', params, createdBy: 'test', parentId };
  return (await insertNewJob(db, { catalogue }, wish)).job;
}

/** Any change of a row, as each writer makes it. */
export async function changeJob(db: Queryable, id: string, title: string): Promise<void> {
  await db.query(`update jobs set title = $2 where id = $1`, [id, title]);
  await touchJob(db, id);
}
