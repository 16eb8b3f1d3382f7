import { Fault } from '../../domain/faults.js';
import { makeWish } from '../../jobs/wish.js';
import { dueRequests, wokenBy, type RetriedState } from '../../store/acquisition/due-requests.js';
import { listIndexers } from '../../store/acquisition/indexers.js';
import type { ActivityDeps } from '../deps.js';
import { defineSteps, type StepContext, type StepsOf } from '../jobs/step.js';

export interface WakeDue {
  state: RetriedState;
  all: boolean;
}

export interface Woken {
  woken: number;
  /** Others that are due. */
  left: number;
  /** Every indexer rests for so long: nobody is woken before. */
  restMs: number | null;
}

/** As many at once as the indexers are asked about within half a minute or so. */
const SLICE = 20;
/** A timer of Temporal's is late by seconds, and by minutes after a restart of everything. */
const GRACE_MS = 10 * 60_000;

export const steps = defineSteps((deps: ActivityDeps) => ({
  /** The longest untried first; each goes on by its own story, as if its timer had ended. */
  wakeDue: async ({ state, all }: WakeDue, step: StepContext): Promise<Woken> => {
    const restMs = state === 'awaiting_search' ? await allRestFor(deps) : null;
    const due = { state, all, jobId: step.jobId, graceMs: GRACE_MS };
    const { jobIds, left } = await dueRequests(deps.db, due, SLICE);
    if (restMs !== null) return { woken: 0, left: left + jobIds.length, restMs };
    for (const jobId of jobIds) await wake(deps, jobId, step);
    if (jobIds.length > 0) step.log('info', `woke ${jobIds.length} requests, ${left} are left`);
    return { woken: jobIds.length, left, restMs: null };
  },
}));

export type WakeSteps = StepsOf<typeof steps>;

async function wake(deps: ActivityDeps, jobId: string, step: StepContext): Promise<void> {
  step.signal.throwIfAborted();
  try {
    await makeWish(deps, { jobId, kind: 'retryNow', madeBy: wokenBy(step.jobId) });
  } catch (error) {
    // It ended in this moment.
    if (!(error instanceof Fault) || error.kind !== 'superseded') throw error;
  }
}

/** How long until the first of the indexers may be asked again; null when one may be asked now, or there is none. */
async function allRestFor({ db }: ActivityDeps): Promise<number | null> {
  const enabled = (await listIndexers(db)).filter((indexer) => indexer.enabled);
  const rests = enabled.map(({ disabledUntil }) => (disabledUntil?.getTime() ?? 0) - Date.now());
  const first = Math.min(...rests);
  return enabled.length === 0 || first <= 0 ? null : first;
}
