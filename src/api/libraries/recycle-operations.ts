import { restoreFile, whyNotRestored, type RecycleDeps } from '../../activities/acquisition/recycle.js';
import { Fault } from '../../domain/faults.js';
import { findRecycled, listRecycled, type RecycledRow } from '../../store/acquisition/recycled-files.js';
import type { Queryable } from '../../store/database.js';
import { defineOperation } from '../http/operation.js';
import { DEFAULT_LIMIT, readCursor, writeCursor } from '../schemas/parameters.js';
import { listRecycledQuery, recycledPage, restoreBody, restoredView } from '../schemas/recycle.js';

const tag = 'libraries';
const MOST_OF_A_JOB = 10_000;

export const listRecycledOperation = defineOperation({
  id: 'listRecycledFiles',
  tag,
  summary: 'What is in the recycle bins of the libraries, newest first',
  query: listRecycledQuery,
  responses: { 200: { description: 'One page', schema: recycledPage } },
  handle: async ({ db }, { query }) => {
    const size = query.limit ?? DEFAULT_LIMIT;
    const before = readCursor(query.cursor);
    const { libraryId, jobId, all = false } = query;
    const found = await listRecycled(db, { libraryId, jobId, all, before, limit: size + 1 });
    const rows = found.slice(0, size);
    const last = found.length > size ? rows.at(-1) : undefined;
    const next = last && writeCursor({ createdAt: last.askedAt.toISOString(), id: last.id });
    return { status: 200, body: { recycledFiles: rows.map(view), next: next ?? null } };
  },
});

export const restoreRecycledOperation = defineOperation({
  id: 'restoreRecycledFiles',
  tag,
  summary: 'Puts recycled files back where they were; another file there is never replaced',
  body: restoreBody,
  responses: { 200: { description: 'What was put back, and what was not', schema: restoredView } },
  handle: async ({ db, roots }, { body }) => {
    const { dryRun, jobId, ids = [] } = body;
    const restored: RecycledRow[] = [];
    const refused: Refused[] = [];
    for (const { id, row } of await wanted(db, { jobId, ids })) {
      const fault = row === undefined ? unknown(id) : await tryToRestore({ db, roots }, row, dryRun);
      if (fault === undefined && row !== undefined) restored.push((await findRecycled(db, id)) ?? row);
      else if (fault !== undefined) refused.push(refusal(id, row, fault));
    }
    const audit = { detail: { jobId, dryRun, restored: restored.map(({ id }) => id) } };
    return { status: 200, body: { dryRun, restored: restored.map(view), refused }, audit };
  },
});

interface Wanted {
  id: string;
  row: RecycledRow | undefined;
}

async function wanted(
  db: Queryable,
  { jobId, ids }: { jobId: string | undefined; ids: readonly string[] },
): Promise<Wanted[]> {
  if (jobId !== undefined) {
    const rows = await listRecycled(db, { jobId, all: false, limit: MOST_OF_A_JOB });
    return rows.map((row) => ({ id: row.id, row }));
  }
  return Promise.all(ids.map(async (id) => ({ id, row: await findRecycled(db, id) })));
}

/** One that cannot be put back must not keep the others in the bin. */
async function tryToRestore(
  deps: RecycleDeps,
  row: RecycledRow,
  dryRun: boolean,
): Promise<Fault | undefined> {
  try {
    if (dryRun) return await whyNotRestored(deps, row);
    await restoreFile(deps, row);
    return undefined;
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
}

type Refused = ReturnType<typeof refusal>;

function refusal(id: string, row: RecycledRow | undefined, { message, remedy }: Fault) {
  return { id, path: row?.fromPath ?? null, why: message, remedy: remedy ?? null };
}

function unknown(id: string): Fault {
  return new Fault('gone', `There is no recycled file "${id}"`);
}

function view(row: RecycledRow) {
  const { id, libraryId, fromPath: path, binPath, bytes, why, jobId } = row;
  const { recycledAt, restoredAt, expiredAt } = row;
  return { id, libraryId, path, binPath, bytes, why, jobId, recycledAt, restoredAt, expiredAt };
}
