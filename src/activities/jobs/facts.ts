import type { ChildOutcome, JobInput, StepArgs, StepFailure } from '../../domain/jobs/job-input.js';
import type { PermitPolicy } from '../../domain/jobs/policy.js';
import type { TerminalStatus } from '../../domain/jobs/status.js';
import type { WaitingReason } from '../../domain/jobs/waiting.js';
import { awaitJobEnd, createChild, type CreatedChild } from '../../jobs/children.js';
import type { JobsDeps } from '../../jobs/deps.js';
import { movePriority } from '../../jobs/priority.js';
import { freePermit, takePermit } from '../../jobs/permits.js';
import { claimRun } from '../../jobs/claim.js';
import { recordProposal, type Claim, type ClaimAnswer } from '../../store/runs.js';
import { recordStepBackoff, recordStepWaiting } from '../../store/steps.js';
import { clearWait, recordPaused, recordWait } from '../../store/waits.js';
import { insertCleanup } from '../../store/cleanups.js';
import { lastWisher } from '../../store/wishes.js';
import { following } from './following.js';
import { heartbeatWhile } from './heartbeat.js';
import { stepKey } from './step-key.js';

export interface FactsDeps extends JobsDeps {
  /** Called after a run proposed its outcome, so that it is confirmed soon. */
  confirmSoon: (jobId: string) => void;
}

/** The status writes of workflows: small, idempotent, by local activities (jobs.md §3). */
export interface Facts {
  claim(claim: Claim & { input: JobInput }): Promise<ClaimAnswer>;
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
  }): Promise<CreatedChild>;
  awaitJob(other: { jobId: string }): Promise<ChildOutcome>;
  movePriority(move: { jobId: string; priority: number }): Promise<void>;
  askPermit(ask: { jobId: string; permit: PermitPolicy }): Promise<boolean>;
  releasePermit(about: { jobId: string }): Promise<void>;
  recordCleanup(cleanup: { jobId: string; args: StepArgs; error: string }): Promise<void>;
}

export function createFacts(deps: FactsDeps): Facts {
  const { db } = deps;
  return {
    claim: (claim) => claimRun(deps, claim),
    proposeOutcome: async (proposal) => {
      await following(deps, proposal, () => recordProposal(db, proposal));
      deps.confirmSoon(proposal.jobId);
    },
    recordStepWaiting: (args) => following(deps, args, () => recordStepWaiting(db, stepKey(args))),
    recordStepBackoff: ({ args, ...backoff }) =>
      following(deps, args, () => recordStepBackoff(db, { key: stepKey(args), ...backoff })),
    recordWait: (wait) => following(deps, wait, () => recordWait(db, wait)),
    clearWait: (about) => following(deps, about, () => clearWait(db, about)),
    setPaused: ({ by, ...about }) =>
      following(deps, about, async () => {
        const wisher =
          by === 'signal' ? ((await lastWisher(db, about.jobId, 'pause')) ?? 'a Temporal signal') : by;
        await recordPaused(db, { ...about, by: about.paused ? wisher : null });
      }),
    cancelOwnRun: async ({ jobId, runId }) => {
      await deps.temporal.cancel(jobId, runId);
    },
    createChild: (wish) =>
      following(deps, { jobId: wish.parentId, round: wish.round }, () => createChild(deps, wish)),
    awaitJob: ({ jobId }) => heartbeatWhile((signal) => awaitJobEnd(deps, jobId, signal)),
    movePriority: (move) => movePriority(deps, move),
    askPermit: (ask) => takePermit(deps, ask),
    releasePermit: ({ jobId }) => freePermit(deps, jobId),
    recordCleanup: ({ jobId, args, error }) =>
      insertCleanup(db, { jobId, activity: args.step, input: args, error }),
  };
}
