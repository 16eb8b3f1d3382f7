import type { ChildOutcome, JobInput, StepArgs, StepFailure } from '../../domain/jobs/job-input.js';
import type { TerminalStatus } from '../../domain/jobs/status.js';
import type { WaitingReason } from '../../domain/jobs/waiting.js';
import { awaitJobEnd, createChild } from '../../jobs/children.js';
import type { JobsDeps } from '../../jobs/deps.js';
import { claimRound, recordProposal, type Claim, type ClaimAnswer } from '../../store/runs.js';
import { recordStepBackoff, recordStepWaiting } from '../../store/steps.js';
import { clearWait, recordPaused, recordWait } from '../../store/waits.js';
import { insertCleanup } from '../../store/cleanups.js';
import { lastWisher } from '../../store/wishes.js';
import { heartbeatWhile } from './heartbeat.js';
import { stepKey } from './step-key.js';

export interface FactsDeps extends JobsDeps {
  /** Called after a run proposed its outcome, so that it is confirmed soon. */
  confirmSoon: (jobId: string) => void;
}

/** The status writes of workflows: small, idempotent, by local activities (jobs.md §3). */
export interface Facts {
  claim(claim: Claim): Promise<ClaimAnswer>;
  proposeOutcome(proposal: {
    jobId: string;
    round: number;
    runId: string;
    status: TerminalStatus;
    result: unknown;
    error: StepFailure | null;
  }): Promise<void>;
  recordStepWaiting(args: StepArgs): Promise<void>;
  recordStepBackoff(backoff: {
    args: StepArgs;
    waitMs: number;
    reason: WaitingReason;
    detail: string;
  }): Promise<void>;
  recordWait(wait: {
    jobId: string;
    round: number;
    reason: WaitingReason;
    detail: string;
    waitMs: number | null;
  }): Promise<void>;
  clearWait(about: { jobId: string; round: number }): Promise<void>;
  setPaused(pause: { jobId: string; round: number; paused: boolean; by: string }): Promise<void>;
  cancelOwnRun(run: { jobId: string; runId: string }): Promise<void>;
  createChild(wish: {
    parentId: string;
    round: number;
    priority: number;
    type: string;
    params: unknown;
    name: string;
    occurrence: number;
  }): Promise<
    | { kind: 'start'; input: JobInput }
    | { kind: 'open'; jobId: string }
    | { kind: 'ended'; outcome: ChildOutcome }
  >;
  awaitJob(other: { jobId: string }): Promise<ChildOutcome>;
  recordCleanup(cleanup: { jobId: string; args: StepArgs; error: string }): Promise<void>;
}

export function createFacts(deps: FactsDeps): Facts {
  const { db } = deps;
  return {
    claim: (claim) => claimRound(db, claim),
    proposeOutcome: async (proposal) => {
      await recordProposal(db, proposal);
      deps.confirmSoon(proposal.jobId);
    },
    recordStepWaiting: (args) => recordStepWaiting(db, stepKey(args)),
    recordStepBackoff: ({ args, ...backoff }) => recordStepBackoff(db, { key: stepKey(args), ...backoff }),
    recordWait: (wait) => recordWait(db, wait),
    clearWait: (about) => clearWait(db, about),
    setPaused: async ({ jobId, round, paused, by }) => {
      const wisher = by === 'signal' ? ((await lastWisher(db, jobId, 'pause')) ?? 'a Temporal signal') : by;
      await recordPaused(db, { jobId, round, by: paused ? wisher : null });
    },
    cancelOwnRun: async ({ jobId, runId }) => {
      await deps.temporal.cancel(jobId, runId);
    },
    createChild: (wish) => createChild(deps, wish),
    awaitJob: ({ jobId }) => heartbeatWhile((signal) => awaitJobEnd(deps, jobId, signal)),
    recordCleanup: ({ jobId, args, error }) =>
      insertCleanup(db, { jobId, activity: args.step, input: args, error }),
  };
}
