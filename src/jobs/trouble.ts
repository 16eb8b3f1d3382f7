import { endFinding, listFindings, recordFinding } from '../store/findings.js';
import { recordPausedInTemporal, recordStuck, stuckJobs } from '../store/trouble.js';
import type { ListedRun } from '../temporal/gateway.js';
import type { JobsDeps } from './deps.js';

type TroubleDeps = Pick<JobsDeps, 'db' | 'temporal' | 'log'>;

/** (g): Temporal retries a failing workflow task for ever; the job stays open and says so (jobs.md §4). */
export async function markStuck(deps: TroubleDeps): Promise<void> {
  const stuck = await collect(deps.temporal.stuckRuns());
  const told = new Set(await stuckJobs(deps.db));
  for (const { jobId, runId } of stuck) {
    const message = (await deps.temporal.lastTaskFailure(jobId, runId)).slice(0, 500);
    if (!told.has(jobId)) deps.log.error({ jobId, reason: message }, 'a workflow cannot go on');
    if (await recordStuck(deps.db, jobId, message)) {
      await recordFinding(deps.db, { kind: 'workflow_stuck', subject: jobId, message, remedy: STUCK_REMEDY });
    }
  }
  const still = new Set(stuck.map(({ jobId }) => jobId));
  for (const jobId of told) if (!still.has(jobId)) await recordStuck(deps.db, jobId, null);
  for (const { kind, subject } of await listFindings(deps.db)) {
    if (kind === 'workflow_stuck' && !still.has(subject)) await endFinding(deps.db, kind, subject);
  }
}

const STUCK_REMEDY =
  'Deploy a version whose code fits its history, or terminate the run and retry the job: finished steps are kept';

/** What somebody paused by Temporal's own commands waits there, and its job says so. */
export async function markPaused(deps: TroubleDeps): Promise<void> {
  const paused = await collect(deps.temporal.pausedRuns());
  await recordPausedInTemporal(
    deps.db,
    paused.map(({ jobId }) => jobId),
  );
}

async function collect(runs: AsyncIterable<ListedRun>): Promise<ListedRun[]> {
  const found: ListedRun[] = [];
  for await (const run of runs) found.push(run);
  return found;
}
