import type { FiringResult } from '../../domain/jobs/schedule.js';
import type { JobsDeps } from '../../jobs/deps.js';
import { fireSchedule } from '../../jobs/schedules/fire.js';

/** What the workflow `fire` calls. */
export interface FiringActivities {
  /** @param due `nominalAt`: ISO 8601. */
  fireSchedule(due: { scheduleId: string; nominalAt: string }): Promise<FiringResult>;
}

export function createFiringActivities(deps: JobsDeps): FiringActivities {
  return {
    fireSchedule: ({ scheduleId, nominalAt }) =>
      fireSchedule(deps, {
        scheduleId,
        nominalAt: new Date(nominalAt),
        kind: 'scheduled',
        madeBy: `schedule ${scheduleId}`,
      }),
  };
}
