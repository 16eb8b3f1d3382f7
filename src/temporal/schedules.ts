import { createHash } from 'node:crypto';

import {
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  type Client,
  type ScheduleDescription,
  type ScheduleOptions,
  type ScheduleSummary,
} from '@temporalio/client';

import { Fault } from '../domain/faults.js';
import type { Timing } from '../domain/jobs/schedule.js';
import type { Soon } from './executions.js';

/** Schedules of ours in Temporal; nobody else's begin so and start `fire`. */
const PREFIX = 'longplay-';
const WORKFLOW = 'fire';

export interface TemporalSchedule extends Timing {
  id: string;
  version: number;
  paused: boolean;
  jitterMs: number;
  catchupWindowMs: number;
}

/** What Temporal has of a schedule. */
export interface KnownSchedule {
  id: string;
  /** Equal as long as nobody changes what the list shows of it: when it fires, whether it is paused, its note. */
  print: string;
  nextAt: Date | undefined;
}

/** Temporal's Schedules, under our ids. Each call has the gateway's deadline. */
export interface ScheduleGateway {
  /** Creates it or makes it equal. @throws Fault bad_input when Temporal refuses it, environment when it is away. */
  put(schedule: TemporalSchedule): Promise<KnownSchedule>;
  /** Also when there is none. */
  remove(id: string): Promise<void>;
  /** All of ours, no one else's. */
  list(): AsyncIterable<KnownSchedule>;
}

export function createScheduleGateway(client: Client, soon: Soon): ScheduleGateway {
  return {
    put: async (schedule) => {
      const handle = client.schedule.getHandle(PREFIX + schedule.id);
      await soon(() => createOrUpdate(client, schedule));
      return known(await soon(() => handle.describe()));
    },
    remove: (id) =>
      soon(async () => {
        await client.schedule
          .getHandle(PREFIX + id)
          .delete()
          .catch((error: unknown) => {
            if (!(error instanceof ScheduleNotFoundError)) throw error;
          });
      }),
    list: () => listOurs(client, soon),
  };
}

async function createOrUpdate(client: Client, schedule: TemporalSchedule): Promise<void> {
  const options = optionsOf(schedule);
  const update = (): Promise<void> =>
    client.schedule.getHandle(options.scheduleId).update(() => ({ ...options, state: { ...options.state } }));
  try {
    await update();
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw refusalOf(error);
    try {
      await client.schedule.create(options);
    } catch (failure) {
      if (!(failure instanceof ScheduleAlreadyRunning)) throw refusalOf(failure);
      await update();
    }
  }
}

/** The SDK turns the server's INVALID_ARGUMENT into a TypeError with the server's words. */
function refusalOf(error: unknown): unknown {
  if (!(error instanceof TypeError)) return error;
  return new Fault('bad_input', `Expected a schedule that Temporal takes, but it says: ${error.message}`, {
    remedy: 'Edit the schedule',
    cause: error,
  });
}

function optionsOf(
  schedule: TemporalSchedule,
): ScheduleOptions & { state: { paused: boolean; note: string } } {
  return {
    scheduleId: PREFIX + schedule.id,
    spec: {
      ...(schedule.cron === null ? {} : { cronExpressions: [schedule.cron] }),
      ...(schedule.everyMs === null ? {} : { intervals: [{ every: schedule.everyMs }] }),
      timezone: schedule.timezone,
      jitter: schedule.jitterMs,
    },
    action: {
      type: 'startWorkflow',
      workflowType: WORKFLOW,
      // Temporal appends the nominal time.
      workflowId: `${WORKFLOW}-${schedule.id}`,
      taskQueue: 'workflows',
      args: [{ scheduleId: schedule.id }],
    },
    policies: {
      // Overlap is the dedupe key of the job that is made (jobs.md §4): `fire` itself lasts an instant, and one that
      // waits for Postgres must not swallow the next.
      overlap: ScheduleOverlapPolicy.ALLOW_ALL,
      catchupWindow: schedule.catchupWindowMs,
    },
    state: {
      paused: schedule.paused,
      note: `Kept by Longplay, version ${schedule.version}: what is changed here is set back; use "longplay schedule"`,
    },
  };
}

/** Page by page: each has the deadline of a call of its own. */
async function* listOurs(client: Client, soon: Soon): AsyncIterable<KnownSchedule> {
  const summaries = client.schedule.list()[Symbol.asyncIterator]();
  for (;;) {
    const next = await soon(() => summaries.next());
    if (next.done === true) return;
    const { scheduleId, action } = next.value;
    if (scheduleId.startsWith(PREFIX) && action?.workflowType === WORKFLOW) yield known(next.value);
  }
}

function known({ scheduleId, spec, state, info }: ScheduleDescription | ScheduleSummary): KnownSchedule {
  const shown = JSON.stringify([spec, state.paused, state.note ?? '']);
  return {
    id: scheduleId.slice(PREFIX.length),
    print: createHash('sha256').update(shown).digest('hex').slice(0, 16),
    nextAt: info.nextActionTimes.find((time) => time.getTime() > Date.now()),
  };
}
