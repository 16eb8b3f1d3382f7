import { parentsOf } from '../store/children.js';
import { endCatchUp, recordCatchUp, unfinishedCatchUp, type CatchingUp } from '../store/catching-up.js';
import { databaseId, databaseTime, markedAt, recordMarked } from '../store/comparison.js';
import { recordFinding } from '../store/findings.js';
import { findJob, restartRound } from '../store/jobs.js';
import { insertRepair } from '../store/repairs.js';
import { formatDuration } from '../domain/jobs/amounts.js';
import { eachApart } from './apart.js';
import { compareAll } from './compare.js';
import type { JobsDeps } from './deps.js';
import { isOurTemporal } from './recover.js';
import { startAnew } from './start.js';

/** The two marks are written one after the other; what lies closer is no copy. */
const TOLERANCE_MS = 1_000;

/**
 * A part of each pass: Temporal is told when the rows were last looked after, after the rows themselves. Where it
 * remembers a later time than they do, they come from an older copy (jobs.md §8, 12).
 */
export async function watchForOlderCopy(
  deps: JobsDeps,
  { ownTemporal, comparisonEnds }: { ownTemporal: boolean; comparisonEnds: () => Promise<void> },
): Promise<void> {
  if (!(await isOurTemporal(deps, { ownTemporal }))) return;
  const database = await databaseId(deps.db);
  const [inRows, inTemporal] = [await markedAt(deps.db), await deps.temporal.sweepMark(database)];
  const missingMs = (inTemporal?.getTime() ?? 0) - (inRows?.getTime() ?? 0);
  if (inTemporal !== undefined && inRows !== undefined && missingMs > TOLERANCE_MS)
    await noteCopy(deps, { since: inRows, missingMs });
  const work = await unfinishedCatchUp(deps.db);
  if (work !== undefined) {
    await comparisonEnds();
    await catchUp(deps, work);
  }
  const now = await databaseTime(deps.db);
  await recordMarked(deps.db, now);
  await deps.temporal.recordSweepMark(database, now);
}

/** What is to be done is kept with the mark: a pass that ends on the way does not take the next one for another copy. */
async function noteCopy(
  deps: JobsDeps,
  { since, missingMs }: { since: Date; missingMs: number },
): Promise<void> {
  deps.log.error({ since }, messageOf(missingMs));
  const runs: Record<string, string> = {};
  for await (const { jobId, runId } of deps.temporal.openRuns()) runs[jobId] = runId;
  await deps.db.transaction(async (tx) => {
    await recordCatchUp(tx, { since: since.toISOString(), missingMs, runs });
    await recordMarked(tx, await databaseTime(tx));
  });
}

function messageOf(missingMs: number): string {
  return `An older copy of the database was restored: the last ${formatDuration(missingMs)} are missing in it`;
}

/**
 * What ended meanwhile is taken from Temporal. What is open goes on in a new run from what the rows know: a run that is
 * ahead of them speaks of searches, downloads and files that they have forgotten. Each part may come twice.
 */
async function catchUp(deps: JobsDeps, { since, missingMs, runs }: CatchingUp): Promise<void> {
  await compareAll(deps, { since: new Date(Date.parse(since) - TOLERANCE_MS), mayRecover: false });
  // All new rounds first: from then on nothing that an old run says counts, a parent's about its children neither.
  const begun: string[] = [];
  await eachApart(deps, Object.keys(runs), async (jobId) => {
    if (await isInNewRound(deps, { jobId, runId: runs[jobId] ?? '' })) begun.push(jobId);
  });
  for (const generation of await youngestFirst(deps, begun)) {
    await eachApart(deps, generation, (jobId) => deps.temporal.terminate(jobId, runs[jobId] ?? '', ENDED));
  }
  await eachApart(deps, begun, (jobId) => startAnew(deps, jobId));
  await deps.db.transaction(async (tx) => {
    await recordFinding(tx, {
      kind: 'older_copy',
      subject: 'database',
      message: messageOf(missingMs),
      remedy:
        'Jobs have gone on from what the copy knew. Log lines, audit and settings of that time are gone; look whether settings have to be made again',
    });
    await endCatchUp(tx);
  });
}

const ENDED = 'This run was ahead of an older copy of the database; the job goes on in a new one';

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

/** Begins a round above the run's, unless an earlier pass has; false where nothing is left to go on with. */
async function isInNewRound(
  deps: JobsDeps,
  { jobId, runId }: { jobId: string; runId: string },
): Promise<boolean> {
  const job = await findJob(deps.db, jobId);
  if (job?.outcomeStatus !== null) return false;
  const told = await deps.temporal.startInput(jobId, runId);
  if (told !== undefined && told.round < job.round) return true;
  const round = Math.max(job.round, told?.round ?? 0) + 1;
  return deps.db.transaction(async (tx) => {
    if (!(await restartRound(tx, { id: jobId, round }))) return false;
    const detail = `its run was ahead of an older copy of the database; it goes on in round ${round}`;
    await insertRepair(tx, { jobId, kind: 'older_copy', detail });
    return true;
  });
}
