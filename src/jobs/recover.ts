import { endFinding, recordFinding } from '../store/findings.js';
import { openRows } from '../store/comparison.js';
import { rememberNamespace, rememberedNamespace } from '../store/namespace.js';
import { recoverJob } from './compare.js';
import { eachAtMost } from '../domain/each-at-most.js';
import { applyQueues } from './queues.js';
import { confirmJob } from './confirm.js';
import type { JobsDeps } from './deps.js';

/**
 * Whether the Temporal that answers is the one whose runs the rows speak of. The first one is remembered; where
 * another answers, nothing is repaired until somebody says so (jobs.md §4).
 * @param ownTemporal it can only be our own with a new store: recovered by itself, and said loudly.
 */
export async function isOurTemporal(
  deps: Pick<JobsDeps, 'db' | 'temporal' | 'log'>,
  { ownTemporal }: { ownTemporal: boolean },
): Promise<boolean> {
  const present = await deps.temporal.namespaceId();
  const remembered = await rememberedNamespace(deps.db);
  if (remembered === present) {
    await endFinding(deps.db, 'temporal_replaced', 'temporal');
    return true;
  }
  if (remembered === undefined || ownTemporal) {
    if (remembered !== undefined) deps.log.error({ remembered, present }, LOST);
    await takeForOurs(deps, present);
    return true;
  }
  const message = `Another Temporal answers than the one that has the jobs' runs (namespace ${remembered}, now ${present})`;
  const remedy =
    'Correct TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE; or, when its store is lost, run "longplay recover": open jobs then go on in new runs';
  await recordFinding(deps.db, { kind: 'temporal_replaced', subject: 'temporal', message, remedy });
  deps.log.error({ remembered, present }, `${message}. ${remedy}`);
  return false;
}

const LOST =
  "Temporal's store was lost: every open job goes on in a new run, from its finished steps and checkpoints";

export interface Recovered {
  /** The Temporal that was answering before is not known to this one. */
  replaced: boolean;
  /** Open jobs that go on in a new round, from their finished steps and checkpoints. */
  begun: string[];
  /** Open jobs whose end Temporal knew. */
  ended: string[];
  /** Open jobs whose run Temporal has. */
  unchanged: number;
}

/**
 * Takes the Temporal that answers now for ours: every open job that it does not know begins a new round.
 * @param dryRun says what would be done, and changes nothing.
 */
export async function recover(deps: JobsDeps, { dryRun }: { dryRun: boolean }): Promise<Recovered> {
  const present = await deps.temporal.namespaceId();
  const remembered = await rememberedNamespace(deps.db);
  const recovered: Recovered = {
    replaced: remembered !== undefined && remembered !== present,
    begun: [],
    ended: [],
    unchanged: 0,
  };
  if (!dryRun) await takeForOurs(deps, present);
  const rows = await openRows(deps.db, { olderThanMs: 0 });
  // A house may have thousands of open jobs, and somebody waits for the answer.
  await eachAtMost(AT_ONCE, rows, async ({ id, round }) => {
    const { state } = await deps.temporal.describe(id);
    if (state === 'open') recovered.unchanged += 1;
    else if (state === 'unknown') {
      if (dryRun || (await recoverJob(deps, { id, round }))) recovered.begun.push(id);
    } else if (dryRun || (await confirmJob(deps, id)) === 'ended') recovered.ended.push(id);
  });
  return recovered;
}

const AT_ONCE = 10;

/** A new store knows of no paused queue either. */
async function takeForOurs(
  deps: Pick<JobsDeps, 'db' | 'temporal' | 'log'>,
  namespaceId: string,
): Promise<void> {
  await rememberNamespace(deps.db, namespaceId);
  await endFinding(deps.db, 'temporal_replaced', 'temporal');
  await applyQueues(deps, { all: true });
}
