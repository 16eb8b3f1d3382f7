import { z } from 'zod';

import { fireSchedule } from '../../jobs/schedules/fire.js';
import { enableSchedule } from '../../jobs/schedules/save.js';
import { viewFiring } from '../../jobs/schedules/view.js';
import type { Queryable } from '../../store/database.js';
import { answerKey } from '../../store/idempotency.js';
import { listFirings } from '../../store/schedule-firings.js';
import { defineOperation, type Operation } from '../http/operation.js';
import { HttpProblem } from '../http/problem.js';
import { idempotencyKeyOf, takeKey, type OwnedKey } from '../jobs/idempotency-key.js';
import { requireJob, viewOf as viewOfJob } from '../jobs/operations.js';
import { DEFAULT_LIMIT, idParams, readCursor, writeCursor } from '../schemas/parameters.js';
import { firingPage, pageQuery, scheduleView, triggered } from '../schemas/schedule.js';
import { NOT_APPLIED, requireSchedule, viewOf } from './operations.js';

const tag = 'schedules';

export const enableScheduleOperation = enabling('enableSchedule', true, 'Lets a schedule fire at its times');
export const disableScheduleOperation = enabling(
  'disableSchedule',
  false,
  'Lets a schedule rest, times passed are not made up for',
);

function enabling(id: string, enabled: boolean, summary: string): Operation {
  return defineOperation({
    id,
    tag,
    summary,
    params: idParams,
    responses: { 200: { description: 'So it is, in Temporal too', schema: scheduleView }, 202: NOT_APPLIED },
    handle: async (context, { params }) => {
      const view = await viewOf(context.db, await enableSchedule(context, params.id, enabled));
      return { status: view.applied ? 200 : 202, body: view };
    },
  });
}

export const triggerScheduleOperation = defineOperation({
  id: 'triggerSchedule',
  tag,
  summary: 'Makes the schedule’s job now, also while it is disabled; `Idempotency-Key` makes a repeat safe',
  params: idParams,
  responses: {
    200: { description: 'Skipped: an equal job is open, this is it', schema: triggered },
    201: { description: 'Started', schema: triggered },
    202: { description: 'Stored; it starts by itself when Temporal is back', schema: triggered },
  },
  refusals: [409, 422],
  handle: async (context, { params, principal, request }) => {
    // Before a key is spent on it.
    await requireSchedule(context.db, params.id);
    const key = idempotencyKeyOf(request);
    const nominalAt =
      key === undefined
        ? new Date()
        : await timeUnder(context.db, { principal: principal.id, key }, { trigger: params.id });
    const firing = { scheduleId: params.id, nominalAt, madeBy: principal.name };
    const result = await fireSchedule(context, { ...firing, kind: 'manual' });
    if (result.outcome === 'refused') {
      await requireSchedule(context.db, params.id);
      throw new HttpProblem('superseded', `The schedule cannot make its job: ${result.reason}`, {
        remedy: 'Edit the schedule, then trigger it again',
      });
    }
    const { outcome, jobId } = result;
    const job = await viewOfJob(context.db, await requireJob(context.db, jobId));
    return {
      status: outcome === 'skipped' ? 200 : job.status === 'pending' ? 202 : 201,
      body: { outcome, job },
      headers: { location: `/api/jobs/${jobId}` },
      audit: { detail: { outcome, jobId } },
    };
  },
});

const keptTime = z.object({ nominalAt: z.iso.datetime() });

/** A firing is known by its time: kept under the key before it is made, a repeat asks for the same one. */
async function timeUnder(db: Queryable, owned: OwnedKey, asked: object): Promise<Date> {
  const known = await takeKey(db, owned, asked);
  if (known !== undefined) return new Date(keptTime.parse(known.body).nominalAt);
  const nominalAt = new Date();
  await answerKey(db, { ...owned, status: 201, body: { nominalAt: nominalAt.toISOString() } });
  return nominalAt;
}

export const listFiringsOperation = defineOperation({
  id: 'listScheduleFirings',
  tag,
  summary: 'Every firing of a schedule, newest first: the job it made, or why it made none',
  params: idParams,
  query: pageQuery,
  responses: { 200: { description: 'One page', schema: firingPage } },
  handle: async ({ db }, { params, query }) => {
    await requireSchedule(db, params.id);
    const { firings, next } = await listFirings(db, {
      scheduleId: params.id,
      after: readCursor(query.cursor),
      limit: query.limit ?? DEFAULT_LIMIT,
    });
    return { status: 200, body: { firings: firings.map(viewFiring), next: writeCursor(next) } };
  },
});
