import { ApplicationFailure, proxyActivities, workflowInfo } from '@temporalio/workflow';

import { SearchAttributeType, defineSearchAttributeKey } from '@temporalio/common';

import type { FiringActivities } from '../../activities/jobs/firing.js';
import type { FiringResult } from '../../domain/jobs/schedule.js';

/** Without limit: Postgres may be away for long, and what was due is made up for once it is back. */
const { fireSchedule } = proxyActivities<FiringActivities>({
  taskQueue: 'admin',
  startToCloseTimeout: '20 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
});

/** Set by Temporal on what a Schedule starts: when it was due, without jitter and delay. */
const NOMINAL_TIME = defineSearchAttributeKey('TemporalScheduledStartTime', SearchAttributeType.DATETIME);

/** The action of every Schedule of ours; no job itself (jobs.md §4). Tells the job's id, or why there is none. */
export async function fire(input: { scheduleId: string } | undefined): Promise<string> {
  if (typeof input?.scheduleId !== 'string') {
    throw ApplicationFailure.nonRetryable('Expected {"scheduleId": "…"}', 'bad_input');
  }
  const { typedSearchAttributes, startTime } = workflowInfo();
  const nominalAt = (typedSearchAttributes.get(NOMINAL_TIME) ?? startTime).toISOString();
  return sayResult(await fireSchedule({ scheduleId: input.scheduleId, nominalAt }));
}

function sayResult(result: FiringResult): string {
  switch (result.outcome) {
    case 'created':
      return result.jobId;
    case 'skipped':
      return `skipped: ${result.jobId}`;
    case 'refused':
      return `refused: ${result.reason}`;
  }
}
