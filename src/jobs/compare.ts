import type { ListedRun } from '../temporal/gateway.js';
import { compareRows, openRows, voidRuns, type ComparedRow } from '../store/comparison.js';
import { findJob, restartRound } from '../store/jobs.js';
import { insertRepair } from '../store/repairs.js';
import { eachApart } from './apart.js';
import { catchUpEnded, followOpenRun } from './catch-up.js';
import { confirmJob, correctOutcome, statusOf } from './confirm.js';
import type { JobsDeps } from './deps.js';
import { rebuildJob } from './rebuild.js';
import { startAnew } from './start.js';

const PAGE = 500;

/**
 * Compares every open row with Temporal's open runs, and what closed since `since` with its row; describes only
 * where the two differ, and writes nothing where they agree (jobs.md §4, (a), (b), (d), (f)).
 * @param mayRecover false while another Temporal than ours answers: then nothing that it does not know is begun anew.
 */
export async function compareAll(
  deps: JobsDeps,
  { since, mayRecover }: { since: Date; mayRecover: boolean },
): Promise<void> {
  // The rows first: a job that is created meanwhile is in neither list, and one that is started is not missed.
  const rows = await openRows(deps.db, { olderThanMs: 5_000 });
  const runs = new Map<string, string>();
  for await (const { jobId, runId } of deps.temporal.openRuns()) runs.set(jobId, runId);
  const known = new Map(rows.map(({ id, round }) => [id, round]));
  const alone = rows.map(({ id }) => id).filter((id) => !runs.has(id));
  await eachApart(deps, alone, (id) => compareRow(deps, { id, round: known.get(id) ?? 1 }, mayRecover));
  const others = rows.filter(
    ({ id, claimedRun }) => claimedRun !== null && (runs.get(id) ?? claimedRun) !== claimedRun,
  );
  await eachApart(
    deps,
    others.map(({ id }) => id),
    (id) => followOpenRun(deps, { jobId: id, runId: runs.get(id) ?? '' }),
  );
  const strange = [...runs].filter(([jobId]) => !known.has(jobId));
  for await (const page of pagesOf(strange)) await compareOpenRuns(deps, page);
  for await (const page of pagesOf(deps.temporal.closedSince(since))) await compareClosed(deps, page);
}

/** (a), (b): an open row without an open run. */
async function compareRow(
  deps: JobsDeps,
  { id, round }: { id: string; round: number },
  mayRecover: boolean,
): Promise<void> {
  if ((await confirmJob(deps, id)) === 'unknown' && mayRecover) await recoverJob(deps, { id, round });
}

/** (b): Temporal does not know the run of an open row: a new round goes on from the finished steps. */
export async function recoverJob(
  deps: JobsDeps,
  { id, round }: { id: string; round: number },
): Promise<boolean> {
  const begun = await deps.db.transaction(async (tx) => {
    if (!(await restartRound(tx, { id, round: round + 1 }))) return false;
    await insertRepair(tx, { jobId: id, kind: 'run_lost', detail: `Temporal has no run of round ${round}` });
    return true;
  });
  if (!begun) return false;
  await startAnew(deps, id);
  return true;
}

/** (d), (f): an open run whose row is not open, or not there. */
async function compareOpenRuns(deps: JobsDeps, runs: [string, string][]): Promise<void> {
  const rows = await compareRows(
    deps.db,
    runs.map(([jobId]) => jobId),
  );
  const refused = await voidRuns(
    deps.db,
    runs.map(([, runId]) => runId),
  );
  const runOf = new Map(runs);
  await eachApart(deps, runOf.keys(), async (jobId) => {
    const row = rows.get(jobId);
    const runId = runOf.get(jobId) ?? '';
    if (row === undefined) await rebuildJob(deps, jobId);
    else if (row.outcomeStatus !== null && !refused.has(runId)) await followOpenRun(deps, { jobId, runId });
  });
}

/** (a), (d): what closed since the last pass. */
async function compareClosed(deps: JobsDeps, runs: ListedRun[]): Promise<void> {
  const rows = await compareRows(
    deps.db,
    runs.map(({ jobId }) => jobId),
  );
  for (const run of runs) {
    const row = rows.get(run.jobId);
    const agrees = row?.outcomeRun === run.runId && row.outcomeStatus === statusOf(run.status);
    if (!agrees) await eachApart(deps, [run.jobId], () => compareOneClosed(deps, run, row));
  }
}

async function compareOneClosed(deps: JobsDeps, run: ListedRun, row: ComparedRow | undefined): Promise<void> {
  if (row === undefined) return rebuildEnded(deps, run.jobId);
  if (row.outcomeStatus === null) await confirmJob(deps, run.jobId);
  await correct(deps, run);
}

async function rebuildEnded(deps: JobsDeps, jobId: string): Promise<void> {
  if ((await rebuildJob(deps, jobId)) !== undefined) await confirmJob(deps, jobId);
}

/** The latest run of the claimed chain has the word; refused and earlier runs say nothing. */
async function correct(deps: JobsDeps, { jobId, runId, status }: ListedRun): Promise<void> {
  const job = await findJob(deps.db, jobId);
  if (job?.outcomeStatus == null) return;
  if (job.outcomeRun === runId && job.outcomeStatus === statusOf(status)) return;
  const latest = await deps.temporal.describe(jobId);
  if (latest.state !== 'closed' || latest.runId !== runId) return;
  if (latest.chain === job.claimedChain) await correctOutcome(deps, job, latest);
  else await catchUpEnded(deps, job, latest);
}

async function* pagesOf<Item>(items: Iterable<Item> | AsyncIterable<Item>): AsyncIterable<Item[]> {
  let page: Item[] = [];
  for await (const item of items) {
    page.push(item);
    if (page.length < PAGE) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}
