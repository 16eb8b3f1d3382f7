import type { LeaseNeeds, Shortage } from '../../domain/jobs/leases.js';
import type { StepAnswer, StepArgs } from '../../domain/jobs/job-input.js';
import { DEFAULT_PRIORITY } from '../../domain/jobs/priority.js';
import type { JobsDeps } from '../../jobs/deps.js';
import { findTurn, recordNoRoom, type Turn } from '../../store/room.js';
import { followingStep } from './following.js';
import { patiently } from './patience.js';
import { stepKey } from './step-key.js';

/** What this process has to give to attempts, in its memory: its end frees all of it (jobs.md §5 "Leases"). */
export interface Ledger {
  /** An attempt has a slot of the queue until it leaves. */
  enter: (queue: string) => () => void;
  /**
   * Answers within 2 s, and at once to who was refused before.
   * @throws the signal's reason when it is aborted first
   */
  ask: (ask: RoomAsk) => Promise<RoomAnswer>;
}

export interface RoomAsk {
  /** Of the step: the same for each of its attempts. */
  key: string;
  jobId: string;
  step: string;
  queue: string;
  needs: LeaseNeeds;
  turn: Omit<Turn, 'isDone'>;
  signal: AbortSignal;
}

/** What an attempt holds of its host. */
export interface Lease {
  /** From now on at most this; what it held beyond is for others. */
  shrink: (needs: LeaseNeeds) => void;
  release: () => void;
}

export type RoomAnswer = ({ kind: 'lease' } & Lease) | { kind: 'refused'; shortage: Shortage };

/** Names a step in a ledger. */
export function roomKey(step: {
  jobId: string;
  name: string;
  occurrence: number;
  inputHash: string;
}): string {
  return `${step.jobId}/${step.name}/${step.occurrence}/${step.inputHash}`;
}

type Work = (lease?: Pick<Lease, 'shrink'>) => Promise<StepAnswer>;

/** Runs the attempt once it has what it needs, and frees that at its end, whatever the end is. */
export async function withRoom(
  deps: JobsDeps & { ledger: Ledger },
  { args, signal }: { args: StepArgs; signal: AbortSignal },
  work: Work,
): Promise<StepAnswer> {
  const leave = deps.ledger.enter(args.queue);
  try {
    return await (args.needs === undefined
      ? work()
      : withLease(deps, { args, needs: args.needs, signal }, work));
  } finally {
    // Last: who waits for room may have this slot, and a refusal is in its row by now.
    leave();
  }
}

async function withLease(
  deps: JobsDeps & { ledger: Ledger },
  { args, needs, signal }: { args: StepArgs; needs: LeaseNeeds; signal: AbortSignal },
  work: Work,
): Promise<StepAnswer> {
  const { jobId, step, queue } = args;
  const key = stepKey(args);
  const turn = await patiently(signal, () => findTurn(deps.db, key));
  if (turn?.isDone === true) return work();
  const answer = await deps.ledger.ask({
    ...{ key: roomKey(key), jobId, step, queue, needs, signal },
    turn: turn ?? { priority: DEFAULT_PRIORITY, since: Date.now(), refusedForMs: 0 },
  });
  if (answer.kind === 'refused') {
    const { shortage } = answer;
    await patiently(signal, () =>
      followingStep(deps, args, () => recordNoRoom(deps.db, { key, needs, shortage })),
    );
    return { state: 'no_room', needs: shortage.detail };
  }
  try {
    return await work(answer);
  } finally {
    answer.release();
  }
}
