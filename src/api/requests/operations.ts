import type { z } from 'zod';

import { viewJobs, type JobView } from '../../jobs/view.js';
import { findLibrary, listLibraries, type LibraryRow } from '../../store/acquisition/libraries.js';
import { listItems } from '../../store/acquisition/library-items.js';
import { addRequester } from '../../store/acquisition/request-decisions.js';
import { findOnBoard, listBoard, type BoardRow } from '../../store/acquisition/request-board.js';
import { askAgain } from '../../store/acquisition/requests.js';
import type { Queryable } from '../../store/database.js';
import { findJob } from '../../store/jobs.js';
import type { Principal } from '../access/principal.js';
import type { ApiContext } from '../context.js';
import { defineOperation } from '../http/operation.js';
import { HttpProblem } from '../http/problem.js';
import { createOnce } from '../jobs/create-once.js';
import { idempotencyKeyOf } from '../jobs/idempotency-key.js';
import { DEFAULT_LIMIT, idParams, readCursor, writeCursor } from '../schemas/parameters.js';
import {
  createRequestBody,
  libraryItemsPage,
  libraryItemsQuery,
  listRequestsQuery,
  requestDetail,
  requestPage,
  requestView,
} from '../schemas/request.js';
import { qualityProfiles } from '../settings/quality-profile-operations.js';
import { refuseWhatIsThere } from './already-there.js';
import { detailOf, viewRequest } from './detail.js';

const tag = 'requests';

export const createRequestOperation = defineOperation({
  id: 'createRequest',
  tag,
  summary: 'Asks for an item: it is searched for, fetched, filed and confirmed',
  body: createRequestBody,
  responses: {
    200: { description: 'The item is asked for already: this is it', schema: requestView },
    201: { description: 'Begun', schema: requestView },
    202: { description: 'Stored; it begins by itself when Temporal is back', schema: requestView },
  },
  refusals: [409, 422],
  handle: async (context, { body, principal, request }) => {
    const { status, job } = await askForItem(context, { body, principal, key: idempotencyKeyOf(request) });
    const row = await requireRequest(context.db, job.id);
    return {
      status,
      body: viewRequest(row, job),
      headers: { location: `/api/requests/${row.requestId ?? row.jobId}` },
      audit: {
        target: job.id,
        detail: { title: job.title, libraryId: row.libraryId, status },
      },
    };
  },
});

/**
 * The use case of all who ask for an item; who asks for what is asked for already joins it.
 * @throws HttpProblem already_there, unless it shall be fetched again.
 */
export async function askForItem(
  context: ApiContext,
  {
    body,
    principal,
    key,
  }: { body: z.output<typeof createRequestBody>; principal: Principal; key: string | undefined },
): Promise<{ status: number; job: JobView }> {
  const answer = await createOnce(context, {
    asked: body,
    wish: async () => {
      const { item, tags } = body;
      const libraryId = await libraryFor(context.db, body);
      const qualityProfileId = await profileFor(context.db, body);
      if (body.again !== true) await refuseWhatIsThere(context.db, { item, libraryId });
      return {
        type: 'request',
        params: { item, libraryId, qualityProfileId, tags },
        priority: body.priority,
        createdBy: principal.name,
        resumed: (tx, jobId) => askAgain(tx, { jobId, by: principal.name }),
      };
    },
    key,
    principal: principal.id,
  });
  const job = answer.body as JobView;
  await addRequester(context.db, { jobId: job.id, name: principal.name });
  return { status: answer.status, job };
}

export const listRequestsOperation = defineOperation({
  id: 'listRequests',
  tag,
  summary: 'The request board, newest first',
  query: listRequestsQuery,
  responses: { 200: { description: 'One page', schema: requestPage } },
  handle: async ({ db }, { query }) => {
    const { rows, next } = await listBoard(db, {
      states: query.state?.length === 0 ? undefined : query.state,
      after: readCursor(query.cursor),
      limit: query.limit ?? DEFAULT_LIMIT,
    });
    const views = await viewJobsOf(db, rows);
    return {
      status: 200,
      body: {
        requests: rows.flatMap((row) => {
          const job = views.get(row.jobId);
          return job === undefined ? [] : [viewRequest(row, job)];
        }),
        next: writeCursor(next),
      },
    };
  },
});

export const getRequestOperation = defineOperation({
  id: 'getRequest',
  tag,
  summary: 'One request with its whole decision; the id may be its job’s',
  params: idParams,
  responses: { 200: { description: 'The request', schema: requestDetail } },
  handle: async ({ db }, { params }) => {
    const row = await requireRequest(db, params.id);
    return { status: 200, body: { ...(await viewOne(db, row.jobId)), ...(await detailOf(db, row)) } };
  },
});

export const listLibraryItemsOperation = defineOperation({
  id: 'listLibraryItems',
  tag: 'libraries',
  summary: 'What the libraries have',
  query: libraryItemsQuery,
  responses: { 200: { description: 'One page', schema: libraryItemsPage } },
  handle: async ({ db }, { query }) => {
    const size = query.limit ?? DEFAULT_LIMIT;
    const found = await listItems(db, {
      libraryId: query.libraryId,
      search: query.search === '' ? undefined : query.search,
      after: query.cursor,
      limit: size + 1,
    });
    const items = found.slice(0, size);
    return { status: 200, body: { items, next: found.length > size ? (items.at(-1)?.id ?? null) : null } };
  },
});

/** @throws HttpProblem bad_input for an unknown library, conflict where there is none for this kind. */
async function libraryFor(
  db: Queryable,
  { libraryId, item: { mediaType } }: z.output<typeof createRequestBody>,
): Promise<string> {
  const takes = (library: LibraryRow): boolean => library.enabled && library.mediaTypes.includes(mediaType);
  if (libraryId !== undefined) {
    const wished = await findLibrary(db, libraryId);
    if (wished === undefined) throw wrongLibrary(`Expected a known library, got "${libraryId}"`);
    if (takes(wished)) return wished.id;
    const why = wished.enabled ? `it takes ${wished.mediaTypes.join(', ')}` : 'it is disabled';
    throw wrongLibrary(`Expected a library for ${mediaType}, got "${libraryId}": ${why}`);
  }
  const found = (await listLibraries(db)).find(takes);
  if (found !== undefined) return found.id;
  throw new HttpProblem('conflict', `Expected a library for ${mediaType}, there is none that is enabled`, {
    remedy: 'Add one in the settings',
  });
}

async function profileFor(
  db: Queryable,
  { qualityProfileId }: z.output<typeof createRequestBody>,
): Promise<string | undefined> {
  if (qualityProfileId === undefined) return undefined;
  return (await qualityProfiles.require(db, qualityProfileId)).id;
}

function wrongLibrary(detail: string): HttpProblem {
  return new HttpProblem('bad_input', detail, {
    remedy: 'GET /api/libraries lists them',
    errors: [{ pointer: '/libraryId', detail }],
  });
}

export async function requireRequest(db: Queryable, id: string): Promise<BoardRow> {
  const row = await findOnBoard(db, id);
  if (row !== undefined) return row;
  throw new HttpProblem('gone', `There is no request "${id}"`);
}

/** @throws HttpProblem gone where retention was quicker. */
export async function viewOne(db: Queryable, jobId: string): Promise<ReturnType<typeof viewRequest>> {
  const row = await requireRequest(db, jobId);
  const job = (await viewJobsOf(db, [row])).get(row.jobId);
  if (job === undefined) throw new HttpProblem('gone', `The request "${jobId}" was removed just now`);
  return viewRequest(row, job);
}

async function viewJobsOf(db: Queryable, rows: BoardRow[]): Promise<Map<string, JobView>> {
  const jobs = await Promise.all(rows.map(({ jobId }) => findJob(db, jobId)));
  const views = await viewJobs(
    db,
    jobs.filter((job) => job !== undefined),
  );
  return new Map(views.map((view) => [view.id, view]));
}
