import { randomUUID } from 'node:crypto';

import type { JobsDeps } from '../../src/jobs/deps.js';
import { removeSchedule } from '../../src/jobs/schedules/save.js';
import { listFirings, type FiringRow } from '../../src/store/schedule-firings.js';
import { listSchedules, type ScheduleRow } from '../../src/store/schedules.js';

/** A schedule of its own name that fires only when it is told to: its time is far away. */
export function scheduleSettings(changed: Partial<ScheduleRow> = {}) {
  const label = randomUUID();
  return {
    ...{ name: label, type: 'demo_noop', params: { label }, priority: null, maxRetries: null },
    ...{ cron: '0 0 1 1 *', everyMs: null, timezone: 'UTC', jitterMs: 0, catchupWindowMs: 600_000 },
    ...{ enabled: true, createdBy: 'test' },
    ...changed,
  };
}

export async function firingsOf({ db }: Pick<JobsDeps, 'db'>, scheduleId: string): Promise<FiringRow[]> {
  return (await listFirings(db, { scheduleId, after: undefined, limit: 100 })).firings;
}

/** From Temporal too, where they would go on for the next test. */
export async function removeAllSchedules(deps: JobsDeps): Promise<void> {
  const { schedules } = await listSchedules(deps.db, { after: undefined, limit: 200 });
  for (const { id } of schedules) await removeSchedule(deps, id);
}
