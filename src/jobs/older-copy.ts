import { parentsOf } from '../store/children.js';
import { databaseId, databaseTime, markedAt, recordMarked } from '../store/comparison.js';
import { recordFinding } from '../store/findings.js';
import { findJob, restartRound } from '../store/jobs.js';
import { insertRepair } from '../store/repairs.js';
import { formatDuration } from '../domain/jobs/amounts.js';
import { eachApart } from './apart.js';
import { compareAll } from './compare.js';
import type { JobsDeps } from './deps.js';
import { isOurTemporal } from './recover.js';
import { startJob } from './start.js';

/** The two marks are written one after the other; what lies closer is no copy. */
const TOLERANCE_MS = 1_000;

/**
 * A part of each pass: Temporal is told when the rows were last looked after, after the rows themselves. Where it
 * remembers a later time than they do, they come from an older copy (jobs.md §8, 12).
 */
export async function watchForOlderCopy(
  deps: JobsDeps,
  { ownTemporal }: { ownTemporal: boolean },
): Promise<void> {
  if (!(await isOurTemporal(deps, { ownTemporal }))) return;
  const database = await databaseId(deps.db);
  const [inRows, inTemporal] = [await markedAt(deps.db), await deps.temporal.sweepMark(database)];
  const missing = (inTemporal?.getTime() ?? 0) - (inRows?.getTime() ?? 0);
  if (inTemporal !== undefined && inRows !== undefined && missing > TOLERANCE_MS) {
    await catchUp(deps, { since: inRows, missingMs: missing });
  }
  const now = await databaseTime(deps.db);
  await recordMarked(deps.db, now);
  await deps.temporal.recordSweepMark(database, now);
}

/**
 * What ended meanwhile is taken from Temporal. What is open goes on in a new run from what the rows know: a run that is
 * ahead of them speaks of searches, downloads and files that they have forgotten.
 */
async function catchUp(
  deps: JobsDeps,
  { since, missingMs }: { since: Date; missingMs: number },
): Promise<void> {
  const message = `An older copy of the database was restored: the last ${formatDuration(missingMs)} are missing in it`;
  deps.log.error({ since }, message);
  await compareAll(deps, { since: new Date(since.getTime() - TOLERANCE_MS), mayRecover: false });
  const runs = new Map<string, string>();
  for await (const { jobId, runId } of deps.temporal.openRuns()) runs.set(jobId, runId);
  for (const generation of await youngestFirst(deps, [...runs.keys()])) {
    await eachApart(deps, generation, (jobId) => beginAnew(deps, { jobId, runId: runs.get(jobId) ?? '' }));
  }
  await recordFinding(deps.db, {
    kind: 'older_copy',
    subject: 'database',
    message,
    remedy:
      'Jobs have gone on from what the copy knew. Log lines, audit and settings of that time are gone; look whether settings have to be made again',
  });
}

/** Children before their parents: a parent that ends would have them cancelled, and what they did undone. */
async function youngestFirst({ db }: JobsDeps, jobIds: string[]): Promise<string[][]> {
  const parents = await parentsOf(db, jobIds);
  const generations: string[][] = [];
  for (const id of jobIds) {
    let depth = 0;
    for (let at = parents.get(id); at !== undefined && depth < jobIds.length; at = parents.get(at))
      depth += 1;
    (generations[depth] ??= []).push(id);
  }
  // A depth that nobody has is left out.
  return Object.values(generations).reverse();
}

/** The new round first: from then on nothing that the old run says counts, its end neither. */
async function beginAnew(deps: JobsDeps, { jobId, runId }: { jobId: string; runId: string }): Promise<void> {
  const job = await findJob(deps.db, jobId);
  if (job?.outcomeStatus !== null) return;
  const told = await deps.temporal.startInput(jobId, runId);
  const round = Math.max(job.round, told?.round ?? 0) + 1;
  if (!(await restartRound(deps.db, { id: jobId, round }))) return;
  const detail = `its run was ahead of an older copy of the database; it goes on in round ${round}`;
  await insertRepair(deps.db, { jobId, kind: 'older_copy', detail });
  await deps.temporal.terminate(jobId, runId, detail);
  const begun = await findJob(deps.db, jobId);
  if (begun !== undefined) await startJob(deps, begun);
}
