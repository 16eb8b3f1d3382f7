import type { z } from 'zod';

import { createSchedule, editSchedule, removeSchedule, unknownSchedule } from '../../jobs/schedules/save.js';
import { tidyCron, timingProblem } from '../../jobs/schedules/timing.js';
import { viewSchedules, type ScheduleView } from '../../jobs/schedules/view.js';
import type { Queryable } from '../../store/database.js';
import { findSchedule, listSchedules, type ScheduleRow } from '../../store/schedules.js';
import type { ApiContext } from '../context.js';
import { defineOperation } from '../http/operation.js';
import { HttpProblem } from '../http/problem.js';
import { requireOffered } from '../jobs/filter.js';
import { DEFAULT_LIMIT, idParams, readCursor, writeCursor } from '../schemas/parameters.js';
import { newScheduleBody, pageQuery, scheduleBody, schedulePage, scheduleView } from '../schemas/schedule.js';

const tag = 'schedules';

export const NOT_APPLIED = {
  description:
    'Stored; Temporal gets it by itself once it is back (`applied` is false, `applyError` says why)',
  schema: scheduleView,
};

export const listSchedulesOperation = defineOperation({
  id: 'listSchedules',
  tag,
  summary: 'Lists schedules, newest first, each with its next and its last run',
  query: pageQuery,
  responses: { 200: { description: 'One page', schema: schedulePage } },
  handle: async ({ db }, { query }) => {
    const { schedules, next } = await listSchedules(db, {
      after: readCursor(query.cursor),
      limit: query.limit ?? DEFAULT_LIMIT,
    });
    const views = await viewSchedules(db, schedules);
    return { status: 200, body: { schedules: views, next: writeCursor(next) } };
  },
});

export const getScheduleOperation = defineOperation({
  id: 'getSchedule',
  tag,
  summary: 'One schedule',
  params: idParams,
  responses: { 200: { description: 'The schedule', schema: scheduleView } },
  handle: async ({ db }, { params }) => ({
    status: 200,
    body: await viewOf(db, await requireSchedule(db, params.id)),
  }),
});

export const createScheduleOperation = defineOperation({
  id: 'createSchedule',
  tag,
  summary: 'Adds a schedule that makes a job at each of its times',
  body: newScheduleBody,
  responses: {
    201: { description: 'Added, and Temporal has it', schema: scheduleView },
    202: NOT_APPLIED,
  },
  refusals: [409],
  handle: async (context, { body, principal }) => {
    checkBody(context, body);
    const row = await createSchedule(context, { ...body, createdBy: principal.name });
    const view = await viewOf(context.db, row);
    return {
      status: view.applied ? 201 : 202,
      body: view,
      headers: { location: `/api/schedules/${view.id}` },
      audit: { target: view.id, detail: noteOf(view) },
    };
  },
});

export const putScheduleOperation = defineOperation({
  id: 'putSchedule',
  tag,
  summary: 'Replaces a schedule’s settings; jobs that it made already stay as they are',
  params: idParams,
  body: scheduleBody,
  responses: {
    200: { description: 'Replaced, and Temporal has it', schema: scheduleView },
    202: NOT_APPLIED,
  },
  refusals: [409],
  handle: async (context, { params, body }) => {
    await requireSchedule(context.db, params.id);
    checkBody(context, body);
    const view = await viewOf(context.db, await editSchedule(context, params.id, body));
    return { status: view.applied ? 200 : 202, body: view, audit: { detail: noteOf(view) } };
  },
});

export const deleteScheduleOperation = defineOperation({
  id: 'deleteSchedule',
  tag,
  summary: 'Removes a schedule with its list of firings; its jobs stay',
  params: idParams,
  responses: { 204: { description: 'Removed' } },
  handle: async (context, { params }) => {
    await removeSchedule(context, params.id);
    return { status: 204 };
  },
});

/** @throws Fault gone for an unknown schedule. */
export async function requireSchedule(db: Queryable, id: string): Promise<ScheduleRow> {
  const row = await findSchedule(db, id);
  if (row === undefined) throw unknownSchedule(id);
  return row;
}

export async function viewOf(db: Queryable, row: ScheduleRow): Promise<ScheduleView> {
  const [view] = await viewSchedules(db, [row]);
  if (view === undefined) throw new Error(`The schedule ${row.id} has no view`);
  return view;
}

/** @throws HttpProblem bad_input that points at the wrong field, before anything is stored. */
function checkBody(context: ApiContext, body: z.output<typeof scheduleBody>): void {
  requireOffered(context, body.type).parse(body.params);
  const cron = body.cron === null ? null : tidyCron(body.cron);
  const problem = timingProblem({ ...body, cron }, new Date());
  if (problem === undefined) return;
  throw new HttpProblem('bad_input', problem.message, {
    remedy: problem.remedy,
    errors: [{ pointer: `/${problem.field}`, detail: problem.message }],
  });
}

function noteOf({ name, type, cron, everyMs, timezone, version }: ScheduleView): object {
  return { name, type, cron, everyMs, timezone, version };
}
