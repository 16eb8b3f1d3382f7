import { randomUUID } from 'node:crypto';

import { Context } from '@temporalio/activity';
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';

import { Fault, FAULTS, normalizeError } from '../../domain/faults.js';
import type { StepAnswer, StepArgs } from '../../domain/jobs/job-input.js';
import type { JobsDeps } from '../../jobs/deps.js';
import {
  closeAttempt,
  forgetLosses,
  markUndone,
  openAttempt,
  type AttemptEnd,
  type OpenedAttempt,
} from '../../store/steps.js';
import { Attempt } from './attempt.js';
import { asStepFailure, describeFailure } from './failures.js';
import { followingStep } from './following.js';
import { heartbeatWhile } from './heartbeat.js';
import { graceAfter, patiently } from './patience.js';
import { withRoom, type Lease, type Ledger } from './room.js';
import type { AnyStep } from './step.js';
import { stepKey } from './step-key.js';

/** Workers lost in a row without progress of the checkpoint before it counts as a try (jobs.md §5). */
const MAX_LOSSES = 3;
/** Below the workers' shutdown force time. */
const END_GRACE_MS = 10_000;
/** Media children get TERM, 5 s, KILL; nothing that obeys takes longer than this. */
const STUBBORN_MS = 20_000;

export interface StepRunnerDeps extends JobsDeps {
  workerId: string;
  ledger: Ledger;
  /** Asks Temporal what has become of a job whose run is gone from under its step. */
  confirmSoon: (jobId: string) => void;
}

/** Turns a step into its Temporal activity: records the attempt, answers from the row, keeps the contract. */
export function createStepRunner(deps: StepRunnerDeps) {
  return (run: AnyStep) =>
    (args: StepArgs): Promise<StepAnswer> => {
      let last: unknown;
      return heartbeatWhile(
        (signal) =>
          withRoom(deps, { args, signal }, (lease) =>
            runAttempt(deps, { run, args, lease, onBeat: (details) => (last = details) }),
          ),
        () => last,
      );
    };
}

interface StepRun {
  run: AnyStep;
  args: StepArgs;
  lease: Pick<Lease, 'shrink'> | undefined;
  onBeat: (details: unknown) => void;
}

async function runAttempt(deps: StepRunnerDeps, { run, args, lease, onBeat }: StepRun): Promise<StepAnswer> {
  const { cancellationSignal: signal } = Context.current();
  const attemptId = randomUUID();
  const opened = await patiently(signal, () => open(deps, args, attemptId));
  if (opened.kind === 'done') return { state: 'done', output: opened.output };
  if (opened.kind === 'no_permit') return { state: 'no_permit' };
  const attempt = new Attempt(deps, { args, attemptId, opened, signal, lease, onBeat });
  const end = await workOf(deps, attempt, { run, args, opened });
  await attempt.flush();
  if (args.undo === true && end.outcome === 'done') await patiently(signal, () => markUndone(deps.db, args));
  // Without the row's agreement nothing is told to Temporal: waits in place while Postgres is away.
  await patiently(graceAfter(signal, END_GRACE_MS), () =>
    closeAttempt(deps.db, { jobId: args.jobId, stepId: opened.stepId, attemptId, end }),
  );
  // Terminated, or reset: nobody else tells us of it.
  if (Context.current().cancellationDetails?.notFound === true) deps.confirmSoon(args.jobId);
  return answerOf(end, signal);
}

async function open(deps: StepRunnerDeps, args: StepArgs, attemptId: string): Promise<OpenedAttempt> {
  const { workflowExecution, activityId } = Context.current().info;
  const attempt = { attemptId, workerId: deps.workerId, runId: workflowExecution?.runId ?? '', activityId };
  return followingStep(deps, args, () => openAttempt(deps.db, stepKey(args), attempt));
}

async function workOf(
  deps: StepRunnerDeps,
  attempt: Attempt,
  { run, args, opened }: { run: AnyStep; args: StepArgs; opened: Extract<OpenedAttempt, { kind: 'opened' }> },
): Promise<AttemptEnd> {
  try {
    if (opened.losses >= MAX_LOSSES) await countLosses(deps, attempt, opened);
    return { outcome: 'done', output: await obeying(attempt, () => run(args.input, attempt)) };
  } catch (error) {
    return endOf(error, attempt);
  }
}

/**
 * A step that does not stop within STUBBORN_MS of being told is left to itself: it must not hold up its job's end.
 * What it does later fails at the fence.
 */
async function obeying<Output>(attempt: Attempt, work: () => Promise<Output>): Promise<Output> {
  const patience = graceAfter(attempt.signal, STUBBORN_MS);
  let ended = false;
  const given = new Promise<never>((_resolve, reject) => {
    const giveUp = (): void => {
      if (ended) return;
      attempt.log(
        'warn',
        `did not stop within ${STUBBORN_MS / 1_000} s of being told, and was left to itself`,
      );
      reject(normalizeError(attempt.signal.reason));
    };
    patience.addEventListener('abort', giveUp, { once: true });
  });
  try {
    return await Promise.race([work(), given]);
  } finally {
    ended = true;
  }
}

function endOf(error: unknown, attempt: Attempt): AttemptEnd {
  if (attempt.signal.aborted && (error === attempt.signal.reason || !(error instanceof Fault))) {
    const details = Context.current().cancellationDetails;
    if (details?.cancelRequested === true) return { outcome: 'stopped' };
    return { outcome: 'interrupted', parked: details?.paused === true };
  }
  if (error instanceof Fault && error.kind === 'superseded') return { outcome: 'superseded' };
  const failure = describeFailure(error);
  attempt.log('error', failure.message, { kind: failure.kind });
  const rule = error instanceof Fault ? FAULTS[error.kind] : 'counted';
  return { outcome: 'failed', error: failure, counted: rule === 'counted' };
}

function answerOf(end: AttemptEnd, signal: AbortSignal): StepAnswer {
  switch (end.outcome) {
    case 'done':
      return { state: 'done', output: end.output };
    case 'stopped':
      return { state: 'stopped' };
    case 'interrupted':
      // Shutdown, server pause or reset: Temporal retries in place (temporal.md §7).
      throw signal.reason;
    case 'superseded':
      // Retryable: if this attempt is Temporal's present one all the same, the next one takes the step over.
      throw ApplicationFailure.create({
        message: 'Another attempt owned this step',
        type: 'superseded',
        category: ApplicationFailureCategory.BENIGN,
      });
    case 'failed':
      throw asStepFailure(end.error);
  }
}

/** One try for so many losses (jobs.md §5): the next attempt works again. */
async function countLosses(
  { db }: StepRunnerDeps,
  { attemptId, signal }: Attempt,
  { stepId, losses }: { stepId: number; losses: number },
): Promise<never> {
  await patiently(signal, () => forgetLosses(db, { stepId, attemptId }));
  throw new Fault('transient', `The step lost its worker ${losses} times without getting further`, {
    remedy: 'Look at the log of the worker for a crash; memory is the usual cause',
  });
}
