import { randomBytes } from 'node:crypto';

import { Fault } from '../../domain/faults.js';
import { makeShortId } from '../../domain/jobs/job-id.js';
import { violatedUnique } from '../../store/database.js';
import {
  deleteSchedule,
  findSchedule,
  insertSchedule,
  setScheduleEnabled,
  updateSchedule,
  type ScheduleRow,
  type ScheduleSettings,
} from '../../store/schedules.js';
import type { JobsDeps } from '../deps.js';
import { applySchedule } from './apply.js';
import { checkTiming, tidyCron } from './timing.js';

/**
 * Stores a schedule and brings it to Temporal; while that is away the row stands, and the sweeper does it later.
 * @throws Fault bad_input for an unknown type, params that it does not take or an impossible time; superseded for
 *   an id or a name that is taken.
 */
export async function createSchedule(
  deps: JobsDeps,
  schedule: ScheduleSettings & { id?: string | undefined; enabled: boolean; createdBy: string },
): Promise<ScheduleRow> {
  const id = schedule.id ?? `schedule-${makeShortId(randomBytes(8))}`;
  const checked = check(deps, schedule);
  await naming(schedule, () => insertSchedule(deps.db, { ...schedule, ...checked, id }));
  return applied(deps, id);
}

/** Replaces the settings. @throws Fault as createSchedule, gone when there is none. */
export async function editSchedule(
  deps: JobsDeps,
  id: string,
  settings: ScheduleSettings,
): Promise<ScheduleRow> {
  const checked = check(deps, settings);
  await naming({ ...settings, id }, () => updateSchedule(deps.db, id, { ...settings, ...checked }));
  return applied(deps, id);
}

/** @throws Fault gone when there is none. */
export async function enableSchedule(deps: JobsDeps, id: string, enabled: boolean): Promise<ScheduleRow> {
  await setScheduleEnabled(deps.db, id, enabled);
  return applied(deps, id);
}

/** Its jobs stay. @throws Fault gone when there is none. */
export async function removeSchedule(deps: JobsDeps, id: string): Promise<void> {
  if (!(await deleteSchedule(deps.db, id))) throw unknownSchedule(id);
  await applySchedule(deps, id);
}

export function unknownSchedule(id: string): Fault {
  return new Fault('gone', `There is no schedule "${id}"`);
}

async function applied(deps: JobsDeps, id: string): Promise<ScheduleRow> {
  // Nothing is asked of Temporal for an id that nobody has.
  if ((await findSchedule(deps.db, id)) === undefined) throw unknownSchedule(id);
  await applySchedule(deps, id);
  const row = await findSchedule(deps.db, id);
  if (row === undefined) throw unknownSchedule(id);
  return row;
}

/** The type's own name for an alias, and the cron text in its one form. */
function check({ catalogue }: JobsDeps, settings: ScheduleSettings): Pick<ScheduleSettings, 'type' | 'cron'> {
  const jobType = catalogue.find(settings.type);
  jobType.parse(settings.params);
  const cron = settings.cron === null ? null : tidyCron(settings.cron);
  checkTiming({ ...settings, cron }, new Date());
  return { type: jobType.type, cron };
}

async function naming<Result>(
  { id, name }: { id?: string | undefined; name: string },
  write: () => Promise<Result>,
): Promise<Result> {
  try {
    return await write();
  } catch (error) {
    const taken = { schedules_pkey: `the id "${id ?? ''}"`, schedules_name_key: `the name "${name}"` }[
      violatedUnique(error) ?? ''
    ];
    if (taken === undefined) throw error;
    throw new Fault(
      'superseded',
      `Expected an id and a name that are free, but another schedule has ${taken}`,
      {
        remedy: 'Choose another, or edit that schedule',
        cause: error,
      },
    );
  }
}
