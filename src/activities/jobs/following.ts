import { Context } from '@temporalio/activity';

import { Fault } from '../../domain/faults.js';
import { adoptRun } from '../../jobs/adopt.js';
import type { JobsDeps } from '../../jobs/deps.js';
import { NotStanding } from '../../store/standing.js';
import { asStepFailure, describeFailure } from './failures.js';

/**
 * Writes a fact of the run that this activity belongs to. Where the row does not take it, Temporal decides whether
 * the row follows the run, and the fact is written again.
 * @throws Fault superseded when the round is over: the run must end.
 */
export async function following<Result>(
  deps: Pick<JobsDeps, 'db' | 'temporal' | 'catalogue' | 'log'>,
  { jobId, round }: { jobId: string; round: number },
  write: () => Promise<Result>,
): Promise<Result> {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof NotStanding)) throw error;
    const runId = Context.current().info.workflowExecution?.runId ?? '';
    if (error.standing !== 'over' && (await adoptRun(deps, { jobId, round, runId }))) return write();
    throw new Fault('superseded', `Round ${round} of ${jobId} is not this run's any more`, { cause: error });
  }
}

/** As `following`, for a step: the round is over, and with it the run that asks, which hears it as the step's failure. */
export async function followingStep<Result>(
  deps: Parameters<typeof following>[0],
  about: { jobId: string; round: number },
  write: () => Promise<Result>,
): Promise<Result> {
  try {
    return await following(deps, about, write);
  } catch (error) {
    if (error instanceof Fault && error.kind === 'superseded') throw asStepFailure(describeFailure(error));
    throw error;
  }
}
