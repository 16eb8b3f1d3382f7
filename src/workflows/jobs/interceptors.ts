import {
  ApplicationFailure,
  CancellationScope,
  TemporalFailure,
  condition,
  defineSignal,
  isCancellation,
  setHandler,
  workflowInfo,
  type Next,
  type WorkflowExecuteInput,
  type WorkflowInboundCallsInterceptor,
  type WorkflowInterceptors,
} from '@temporalio/workflow';

import { HandlerUnfinishedPolicy } from '@temporalio/common';

import { isJobInput, type JobInput } from '../../domain/jobs/job-input.js';
import { PAUSED_BY_PARENT, type TerminalStatus } from '../../domain/jobs/status.js';
import { WORKFLOWS_WITHOUT_JOB } from '../../domain/jobs/workflows-without-job.js';
import { fact } from './fact.js';
import { readFailure } from './failure.js';
import { Job } from './job.js';

/**
 * Claims the round, hands the story its Job, and proposes the outcome, so that a story's code tells
 * only its story (jobs.md §3). Every workflow of ours passes through here; what is no job is let by.
 */
class JobInterceptor implements WorkflowInboundCallsInterceptor {
  async execute(
    input: WorkflowExecuteInput,
    next: Next<WorkflowInboundCallsInterceptor, 'execute'>,
  ): Promise<unknown> {
    if (WORKFLOWS_WITHOUT_JOB.includes(workflowInfo().workflowType)) return next(input);
    const jobInput = readInput(input.args[0]);
    const early = registerSignals(jobInput);
    const { runId, firstExecutionRunId } = workflowInfo();
    const about = { jobId: jobInput.jobId, round: jobInput.round, runId };
    const claim = await CancellationScope.nonCancellable(() =>
      fact('claim', { ...about, chain: firstExecutionRunId, input: jobInput }),
    );
    if (!claim.granted) {
      if (claim.cancelled) await untilCancelled();
      throw ApplicationFailure.nonRetryable(`This run is not the job's: ${claim.reason}`, 'Superseded');
    }
    const job = new Job(jobInput, claim);
    early.attach(job);
    try {
      const result = await next({ ...input, args: [job] });
      await propose(about, 'completed', { result, error: null });
      return result;
    } catch (error) {
      // Any other error is a failing workflow task, which Temporal retries for ever: not an outcome.
      if (!(error instanceof TemporalFailure)) throw error;
      const cancelled = isCancellation(error);
      // The row is another run's, so there is nothing to undo and nothing to propose.
      if (!cancelled && readFailure(error).kind === 'superseded') await untilCancelled();
      if (cancelled) await job.compensation.run();
      await propose(about, cancelled ? 'cancelled' : 'failed', {
        result: null,
        error: cancelled ? null : readFailure(error),
      });
      throw error;
    }
  }
}

/** A run that may not go on may have been cancelled for it, with the reason: then it ends so, not as failed. */
async function untilCancelled(): Promise<void> {
  await condition(() => false, '5 seconds');
}

/** The workflow id is the job's own id: another would speak for a job that it is not. */
function readInput(given: unknown): JobInput {
  if (isJobInput(given) && given.jobId === workflowInfo().workflowId) return given;
  throw ApplicationFailure.nonRetryable(
    'Expected the input of a Longplay job; start jobs through the API, the CLI or the page, which write the row first',
    'bad_input',
  );
}

function propose(
  about: { jobId: string; round: number; runId: string },
  status: TerminalStatus,
  end: { result: unknown; error: ReturnType<typeof readFailure> | null },
): Promise<unknown> {
  return CancellationScope.nonCancellable(() => fact('proposeOutcome', { ...about, status, ...end }));
}

type Steering = (job: Job) => void | Promise<void>;

/** Handlers exist before the first await; what comes before the claim is kept until the Job exists. */
function registerSignals(input: JobInput): { attach: (job: Job) => void } {
  let job: Job | undefined;
  const early: Steering[] = [];
  const steer = async (act: Steering): Promise<void> => {
    if (job === undefined) early.push(act);
    else await act(job);
  };
  const on = (name: string, description: string, act: Steering): void => {
    setHandler(defineSignal(name), () => steer(act), {
      description,
      unfinishedPolicy: HandlerUnfinishedPolicy.ABANDON,
    });
  };
  on('pause', 'Ends the running step at its checkpoint and frees what it holds', (on) =>
    on.pause.set({ own: true, by: 'signal' }),
  );
  on('resume', 'Goes on from the checkpoint', (on) =>
    on.pause.set({ own: false, byParent: false, by: 'signal' }),
  );
  on('pauseByParent', 'Sent by a parent job that was paused', (on) =>
    on.pause.set({ byParent: true, by: PAUSED_BY_PARENT }),
  );
  on('resumeByParent', 'Sent by a parent job that was resumed', (on) =>
    on.pause.set({ byParent: false, by: PAUSED_BY_PARENT }),
  );
  on('retryNow', 'Ends the present wait before a retry or the next look', (on) => {
    on.retryNow();
  });
  on('permitGranted', 'Sent by core: the job has its turn among those of its kind', (on) => {
    on.permit.grant();
  });
  on('roomGranted', 'Sent by a worker: there is room for the step that waits for it', (on) => {
    on.room.grant();
  });
  on(
    'tellAgain',
    'Sent by core: the row was lost or is an older one, and must hear how the run stands',
    (on) => on.tellAgain(),
  );
  on('cancel', 'Cancels the job and undoes what can be undone', () =>
    CancellationScope.nonCancellable(async () => {
      await fact('cancelOwnRun', { jobId: input.jobId, runId: workflowInfo().runId });
    }),
  );
  setHandler(
    defineSignal<[unknown]>('setPriority'),
    (given) => steer((on) => on.setPriority(Number(given))),
    {
      description: 'What waits, later steps and children get this priority, 1 (first) to 10',
      unfinishedPolicy: HandlerUnfinishedPolicy.ABANDON,
    },
  );
  return {
    attach: (created) => {
      job = created;
      for (const act of early) void act(created);
    },
  };
}

export const interceptors = (): WorkflowInterceptors => ({ inbound: [new JobInterceptor()] });
