import type { JobStatus } from '../domain/jobs/status.js';
import type { Queryable } from './database.js';
import { JOB_COLUMNS, type JobRow } from './jobs.js';

export interface JobFilter {
  id?: string | undefined;
  ids?: string[] | undefined;
  statuses?: JobStatus[] | undefined;
  types?: string[] | undefined;
  parentId?: string | undefined;
  subjectType?: string | undefined;
  subjectId?: string | undefined;
  /** Words of the title; or the beginning of an id, its dash included. */
  search?: string | undefined;
  createdBefore?: Date | undefined;
  createdAfter?: Date | undefined;
}

/** A place in the list ordered by (created_at, id), newest first; `createdAt` in microseconds, as text. */
export interface JobCursor {
  createdAt: string;
  id: string;
}

export interface JobPage {
  jobs: JobRow[];
  next: JobCursor | null;
}

interface Asked {
  filter: JobFilter;
  after?: JobCursor | undefined;
  limit: number;
}

/**
 * One page by keyset: its cost does not grow with the depth. Words of titles are looked for among the next rows of the
 * list first, where common ones fill a page, and else by their own index, which finds rare ones: Postgres cannot guess
 * which of the two is the short way.
 */
export async function listJobs(db: Queryable, asked: Asked): Promise<JobPage> {
  const words = searchedWords(asked.filter.search);
  if (words === undefined) return toPage(await readRows(db, asked, inOrder), asked.limit);
  const { search: _search, ...filter } = asked.filter;
  const near = await readRows(db, { ...asked, filter }, amongTheNext, words);
  if (near.length > asked.limit) return toPage(near, asked.limit);
  return toPage(await readRows(db, { ...asked, filter }, byWords, words), asked.limit);
}

type ListedRow = JobRow & { at: string };

interface Places {
  where: string;
  limit: string;
  words: string;
}

const LISTED = `select ${JOB_COLUMNS}, to_char(j.created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at`;
const NEWEST_FIRST = 'order by j.created_at desc, j.id desc';
/** A word that one of forty titles has fills a page of fifty among so many; they are read in some ten milliseconds. */
const WALKED = 2_000;

const inOrder = ({ where, limit }: Places): string =>
  `${LISTED} from jobs j ${where} ${NEWEST_FIRST} limit ${limit}`;

const amongTheNext = ({ where, limit, words }: Places): string => `
  ${LISTED} from (select * from jobs j ${where} ${NEWEST_FIRST} limit ${WALKED}) j
  where (select w.words from job_words w where w.job_id = j.id) like ${words} ${NEWEST_FIRST} limit ${limit}`;

/** Ordered by what stands beside the words, which no other index can give: so theirs is asked. */
const byWords = ({ where, limit, words }: Places): string => `
  ${LISTED} from job_words w join jobs j on j.id = w.job_id ${where === '' ? 'where' : `${where} and`} w.words like ${words}
  order by w.created_at desc, w.job_id desc limit ${limit}`;

async function readRows(
  db: Queryable,
  { filter, after, limit }: Asked,
  statement: (places: Places) => string,
  words?: string,
): Promise<ListedRow[]> {
  const values: unknown[] = [limit + 1];
  if (words !== undefined) values.push(words);
  const conditions = filterConditions(filter, values);
  if (after !== undefined) {
    values.push(after.createdAt, after.id);
    conditions.push(`(j.created_at, j.id) < ($${values.length - 1}::timestamptz, $${values.length})`);
  }
  const where = conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`;
  return (await db.query<ListedRow>(statement({ where, limit: '$1', words: '$2' }), values)).rows;
}

function toPage(rows: ListedRow[], limit: number): JobPage {
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return {
    jobs: rows.slice(0, limit).map(({ at: _at, ...job }) => job),
    next: last === undefined ? null : { createdAt: last.at, id: last.id },
  };
}

/** Conditions over `j`, their values appended: shared by the list and the state stream. */
export function filterConditions(filter: JobFilter, values: unknown[]): string[] {
  const conditions: string[] = [];
  const add = (sql: (place: string) => string, value: unknown): void => {
    if (value === undefined) return;
    values.push(value);
    conditions.push(sql(`$${values.length}`));
  };
  const addAny = (column: string, wanted: readonly string[] | undefined): void => {
    if (wanted?.length === 1) add((at) => `${column} = ${at}`, wanted[0]);
    else add((at) => `${column} = any(${at}::text[])`, wanted);
  };
  add((at) => `j.id = ${at}`, filter.id);
  add((at) => `j.id = any(${at}::text[])`, filter.ids);
  // One value as such: the planner cannot walk an index in the list's order for any of several.
  addAny('j.status', filter.statuses);
  addAny('j.type', filter.types);
  add((at) => `j.parent_id = ${at}`, filter.parentId);
  add((at) => `j.subject_type = ${at}`, filter.subjectType);
  add((at) => `j.subject_id = ${at}`, filter.subjectId);
  add((at) => `j.created_at < ${at}`, filter.createdBefore);
  add((at) => `j.created_at >= ${at}`, filter.createdAfter);
  const words = searchedWords(filter.search);
  add((at) => `j.id in (select job_id from job_words where words like ${at})`, words);
  if (words === undefined && filter.search !== undefined)
    add(
      (at) => `j.id = any(array(select job_id from job_words where job_id like ${at}))`,
      `${asPattern(filter.search.toLowerCase())}%`,
    );
  return conditions;
}

/** The pattern for titles; undefined where nothing is searched, or an id by its beginning. */
function searchedWords(search: string | undefined): string | undefined {
  const asked = search?.toLowerCase();
  return asked === undefined || BEGINNING_OF_ID.test(asked) ? undefined : `%${asPattern(asked)}%`;
}

/** A type, its dash, and what there is of the rest (job-id.ts). */
const BEGINNING_OF_ID = /^[a-z][a-z0-9_]*-[0-9a-z]{0,8}$/;

/** `%` and `_` stand for themselves. */
function asPattern(text: string): string {
  return text.replaceAll(/[\\%_]/g, String.raw`\$&`);
}

/** A commit-safe cursor of the state stream: every change up to (`xid`, `id`) has been told (jobs.md §7). */
export interface StreamCursor {
  xid: string;
  id: string;
}

/** Jobs changed after the cursor by transactions that no running one can precede, oldest change first. */
export async function changedSince(
  db: Queryable,
  { filter, after, limit }: { filter: JobFilter; after: StreamCursor; limit: number },
): Promise<{ job: JobRow; cursor: StreamCursor }[]> {
  const values: unknown[] = [after.xid, after.id, limit];
  const conditions = filterConditions(filter, values);
  const { rows } = await db.query<JobRow & { xid: string }>(
    `select ${JOB_COLUMNS}, j.changed_xid::text as xid from jobs j
     where (j.changed_xid, j.id) > ($1::xid8, $2)
       and j.changed_xid < pg_snapshot_xmin(pg_current_snapshot())
       ${conditions.map((condition) => `and ${condition}`).join(' ')}
     order by j.changed_xid, j.id limit $3`,
    values,
  );
  return rows.map(({ xid, ...job }) => ({ job, cursor: { xid, id: job.id } }));
}

/**
 * Where the stream stands now. Every change before it has committed, so that a snapshot taken after this shows it;
 * every other comes behind this cursor. No job has an empty id.
 */
export async function streamPosition(db: Queryable): Promise<StreamCursor> {
  const { rows } = await db.query<{ xid: string }>(
    `select pg_snapshot_xmin(pg_current_snapshot())::text as xid`,
  );
  return { xid: rows[0]?.xid ?? '0', id: '' };
}

/** Whether a change has committed that `changedSince` holds back for an older transaction; its end tells nobody. */
export async function hasHeldBack(db: Queryable): Promise<boolean> {
  const { rows } = await db.query<{ held: boolean }>(
    `select exists (select from jobs where changed_xid >= pg_snapshot_xmin(pg_current_snapshot())) as held`,
  );
  return rows[0]?.held === true;
}
