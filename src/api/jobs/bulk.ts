import type { z } from 'zod';

import { BULK_MAX } from '../../domain/jobs/bulk.js';
import { bulk, type BulkAnswer } from '../../jobs/bulk.js';
import type { JobFilter } from '../../store/job-list.js';
import type { ApiContext } from '../context.js';
import { defineOperation, type AuditNote } from '../http/operation.js';
import { HttpProblem } from '../http/problem.js';
import { bulkAnswer, bulkBody, cancelRunningBody } from '../schemas/bulk.js';
import { filterOf, typesOf } from './filter.js';

const tag = 'jobs';
const responses = { 202: { description: 'Taken; true as soon as each job comes to it', schema: bulkAnswer } };

export const bulkOperation = defineOperation({
  id: 'bulkJobs',
  tag,
  summary: 'Does the same to every job that a filter matches, oldest first',
  body: bulkBody,
  responses,
  handle: async (context, { body, principal }) => {
    const { action, priority, dryRun = false, limit = BULK_MAX } = body;
    const answer = await bulk(context, {
      wish: { action, priority },
      filter: meantBy(context, body),
      dryRun,
      limit,
      madeBy: principal.name,
    });
    return { status: 202, body: answer, audit: noteOf(body, answer) };
  },
});

export const cancelRunningOperation = defineOperation({
  id: 'cancelRunningJobs',
  tag,
  summary: 'Cancels every job that is running, or every one of some types',
  body: cancelRunningBody,
  responses,
  handle: async (context, { body, principal }) => {
    const answer = await bulk(context, {
      wish: { action: 'cancel' },
      filter: { statuses: ['running'], types: typesOf(context.catalogue, body.type, '/type') },
      dryRun: body.dryRun ?? false,
      limit: BULK_MAX,
      madeBy: principal.name,
    });
    return { status: 202, body: answer, audit: noteOf(body, answer) };
  },
});

/** @throws HttpProblem bad_input unless it says which jobs are meant, in one of the two ways. */
function meantBy({ catalogue }: ApiContext, { filter, all }: z.output<typeof bulkBody>): JobFilter {
  const { ids, ...listed } = filter;
  const meant: JobFilter = {
    ...filterOf(catalogue, listed, '/filter'),
    ids: ids?.length === 0 ? undefined : ids,
  };
  const isEmpty = Object.values(meant).every((part) => part === undefined);
  if (isEmpty && all !== true) {
    throw refusal('/filter', 'Expected a filter, got an empty one, which would take every job', {
      remedy: 'Name the jobs in "filter", or say "all": true',
    });
  }
  if (!isEmpty && all === true) {
    throw refusal('/all', 'Expected either a filter or "all": true, got both', {
      remedy: 'Leave one of them out',
    });
  }
  return meant;
}

function refusal(pointer: string, detail: string, { remedy }: { remedy: string }): HttpProblem {
  return new HttpProblem('bad_input', detail, { remedy, errors: [{ pointer, detail }] });
}

/** What was asked, and how many it came to: the wishes themselves say which. */
function noteOf(asked: object, { matched, taken, refused, more }: BulkAnswer): AuditNote {
  return { detail: { asked, matched, taken, refused: refused.length, more } };
}
