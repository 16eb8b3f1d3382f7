import {
  ActivityCancellationType,
  CancellationScope,
  CancelledFailure,
  ParentClosePolicy,
  WorkflowIdReusePolicy,
  getExternalWorkflowHandle,
  isCancellation,
  proxyActivities,
  startChild,
} from '@temporalio/workflow';

import {
  SearchAttributeType,
  WorkflowExecutionAlreadyStartedError,
  defineSearchAttributeKey,
} from '@temporalio/common';

import type { Facts } from '../../activities/jobs/facts.js';
import type { ChildOutcome, JobInput } from '../../domain/jobs/job-input.js';
import { searchAttributesOf } from '../../domain/jobs/search-attributes.js';
import { fact } from './fact.js';
import { readFailure } from './failure.js';
import type { Job } from './job.js';

export interface ChildWish {
  type: string;
  params: unknown;
  name: string;
  occurrence: number;
}

/** Waits as long as the other job takes: heartbeats, and a new worker goes on waiting. */
const { awaitJob } = proxyActivities<Pick<Facts, 'awaitJob'>>({
  taskQueue: 'io',
  startToCloseTimeout: '30 days',
  heartbeatTimeout: '8 seconds',
  // It only looks on, so nobody has to wait until it has stopped looking.
  cancellationType: ActivityCancellationType.TRY_CANCEL,
  retry: { initialInterval: '1 second', backoffCoefficient: 1.5, maximumInterval: '10 seconds' },
});

/** Row first, then the start; on a new run a finished child is reused and an open one awaited (jobs.md §4). */
export async function runChild<Result>(job: Job, wish: ChildWish): Promise<ChildOutcome<Result>> {
  await job.pause.open();
  for (;;) {
    const { jobId, round } = job.input;
    const created = await fact('createChild', { parentId: jobId, round, priority: job.priority, ...wish });
    switch (created.kind) {
      case 'ended':
        return created.outcome as ChildOutcome<Result>;
      case 'start':
        return startAndAwait<Result>(job, created.input);
      case 'open': {
        const outcome = await awaitOther<Result>(job, created.jobId);
        // Somebody else's wish, or its parent's end: this job wants it all the same, as one of its own now.
        if (outcome.status === 'cancelled' && created.shared) continue;
        return outcome;
      }
    }
  }
}

async function startAndAwait<Result>(job: Job, input: JobInput): Promise<ChildOutcome<Result>> {
  try {
    const child = await startChild(input.type, {
      workflowId: input.jobId,
      args: [input],
      taskQueue: 'workflows',
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
      priority: { priorityKey: input.priority },
      typedSearchAttributes: searchAttributesOf(input).map(([name, value]) => ({
        key: defineSearchAttributeKey(name, SearchAttributeType.KEYWORD),
        value,
      })),
    });
    return await job.pause.withChild(child, async () => {
      const result = (await child.result()) as Result;
      return { status: 'completed', jobId: input.jobId, result };
    });
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return awaitOther<Result>(job, input.jobId);
    if (CancellationScope.current().consideredCancelled)
      throw new CancelledFailure('The job was cancelled', [], asError(error));
    const failure = readFailure(error);
    return {
      status: failure.kind === 'cancelled' ? 'cancelled' : 'failed',
      jobId: input.jobId,
      error: failure,
    };
  }
}

/** The child runs on its own or belongs to another parent: our cancel only detaches. */
async function awaitOther<Result>(job: Job, jobId: string): Promise<ChildOutcome<Result>> {
  try {
    return await job.pause.withChild(
      getExternalWorkflowHandle(jobId),
      async () => (await awaitJob({ jobId })) as ChildOutcome<Result>,
    );
  } catch (error) {
    if (isCancellation(error)) throw error;
    return { status: 'failed', jobId, error: readFailure(error) };
  }
}

function asError(thrown: unknown): Error | undefined {
  return thrown instanceof Error ? thrown : undefined;
}
