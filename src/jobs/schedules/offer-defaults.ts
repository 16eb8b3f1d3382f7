import {
  DEFAULT_SCHEDULES,
  libraryScanSchedule,
  type DefaultSchedule,
} from '../../catalogue/acquisition/default-schedules.js';
import { listLibraries } from '../../store/acquisition/libraries.js';
import { forgetOffered, isScheduleTaken, listOffered, recordOffered } from '../../store/offered-schedules.js';
import { deleteSchedule, insertSchedule } from '../../store/schedules.js';
import type { JobsDeps } from '../deps.js';
import { applySchedule } from './apply.js';

const MADE_BY = 'longplay';
/** Background work gives way to all that somebody waits for (acquisition.md §1.5). */
const PRIORITY = 9;

/**
 * Makes each default schedule once, in the life of this database: one that a person has edited, disabled or removed
 * is left so. The scans of a library go with it.
 */
export async function offerDefaultSchedules(deps: JobsDeps): Promise<void> {
  const offered = await listOffered(deps.db);
  const libraries = await listLibraries(deps.db);
  const known = new Set(offered.map(({ scheduleId }) => scheduleId));
  const wanted = [
    ...DEFAULT_SCHEDULES.map((schedule) => ({ schedule, libraryId: null })),
    ...libraries.map((library) => ({ schedule: libraryScanSchedule(library), libraryId: library.id })),
  ];
  for (const { schedule, libraryId } of wanted) {
    if (!known.has(schedule.id)) await offer(deps, schedule, libraryId);
  }
  const present = new Set(libraries.map(({ id }) => id));
  for (const { scheduleId, libraryId } of offered) {
    if (libraryId !== null && !present.has(libraryId)) await withdraw(deps, scheduleId);
  }
}

async function offer(deps: JobsDeps, schedule: DefaultSchedule, libraryId: string | null): Promise<void> {
  const made = await deps.db.transaction(async (tx) => {
    const isFirst = await recordOffered(tx, { scheduleId: schedule.id, libraryId });
    if (!isFirst || (await isScheduleTaken(tx, schedule))) return false;
    const timing = { everyMs: null, timezone: 'UTC', priority: PRIORITY, maxRetries: null };
    await insertSchedule(tx, { ...schedule, ...timing, enabled: true, createdBy: MADE_BY });
    return true;
  });
  if (made) await applySchedule(deps, schedule.id);
}

async function withdraw(deps: JobsDeps, scheduleId: string): Promise<void> {
  await deps.db.transaction(async (tx) => {
    await forgetOffered(tx, scheduleId);
    await deleteSchedule(tx, scheduleId);
  });
  await applySchedule(deps, scheduleId);
}
