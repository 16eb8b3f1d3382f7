import { randomUUID } from 'node:crypto';

import type { DecisionInputs, DecisionKind } from '../domain/acquisition/request-decision.js';
import { Fault } from '../domain/faults.js';
import { deleteDecision, insertDecision, recordSearchTerms } from '../store/acquisition/request-decisions.js';
import type { JobsDeps } from './deps.js';

/** What its kind needs beside the id of the row that says who decided. */
export type DecisionWish = {
  [Kind in DecisionKind]: { kind: Kind } & Omit<DecisionInputs[Kind], 'decisionId'>;
}[DecisionKind];

/**
 * Who and why first, then the request's own answer; a refused decision leaves nothing behind.
 * @throws Fault superseded when the request is in no state for it, environment when Temporal is away.
 */
export async function decideRequest(
  deps: Pick<JobsDeps, 'db' | 'temporal'>,
  jobId: string,
  made: { wish: DecisionWish; by: string; reason: string | null },
): Promise<void> {
  const { kind, ...input } = made.wish;
  const id = randomUUID();
  await insertDecision(deps.db, { id, jobId, kind, madeBy: made.by, reason: made.reason });
  try {
    await deps.temporal.update(jobId, kind, { ...input, decisionId: id });
  } catch (error) {
    if (error instanceof Fault && error.kind === 'environment') throw unanswered(kind, error);
    await deleteDecision(deps.db, id);
    if (error instanceof Fault && error.kind === 'gone') throw ended(jobId, kind, error);
    throw error;
  }
  if (made.wish.kind === 'setSearchTerms')
    await recordSearchTerms(deps.db, { jobId, terms: made.wish.terms });
}

/** Temporal may have taken it: so the row stays, for the run to find who decided. */
function unanswered(kind: DecisionKind, cause: Fault): Fault {
  return new Fault('environment', `Nobody answered to ${kind} in time; it may take effect all the same`, {
    waitingReason: 'temporal_unavailable',
    remedy: 'Look at the request in a moment, and repeat it then',
    cause,
  });
}

function ended(jobId: string, kind: DecisionKind, cause: Fault): Fault {
  return new Fault('superseded', `${jobId} has ended; ${kind} needs an open request`, {
    remedy: 'Retry the job to begin a new round',
    cause,
  });
}
