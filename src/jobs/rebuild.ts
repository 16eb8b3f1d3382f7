import { normalizeError } from '../domain/faults.js';
import type { JobInput } from '../domain/jobs/job-input.js';
import type { ParsedJob } from '../catalogue/job-type.js';
import { recordFinding } from '../store/findings.js';
import { findJob, restoreJob, type JobRow, type RestoredJob } from '../store/jobs.js';
import { insertRepair } from '../store/repairs.js';
import { dedupeKeyOf } from './create.js';
import type { JobsDeps } from './deps.js';

type RebuildDeps = Pick<JobsDeps, 'db' | 'temporal' | 'catalogue' | 'log'>;

/**
 * Makes a job's row anew from what its latest run was started with, its parents' first (jobs.md §4, (d)).
 * undefined when Temporal has no such run, or it is not a job of ours: strangers are never touched.
 */
export async function rebuildJob(deps: RebuildDeps, jobId: string): Promise<JobRow | undefined> {
  const execution = await deps.temporal.describe(jobId);
  if (execution.state === 'unknown') return undefined;
  const input = await deps.temporal.startInput(jobId, execution.runId);
  if (input === undefined) return undefined;
  const rebuilt = await rebuildFrom(deps, input, { runId: execution.runId, chain: execution.chain });
  if (execution.state === 'open') await askHowItStands(deps, jobId);
  return rebuilt;
}

/** A pause or a wait of the run is in no start input: the run tells it again. */
export async function askHowItStands(
  { temporal, log }: Pick<JobsDeps, 'temporal' | 'log'>,
  jobId: string,
): Promise<void> {
  await temporal.signal(jobId, 'tellAgain', []).catch((error: unknown) => {
    log.warn({ jobId, err: normalizeError(error) }, 'a run could not be asked how it stands');
  });
}

/** @see rebuildJob; for a run that brings its own input along, before it has claimed anything. */
export async function rebuildFrom(
  deps: RebuildDeps,
  input: JobInput,
  claimed: { runId: string; chain: string } | undefined,
): Promise<JobRow | undefined> {
  const jobType = deps.catalogue.resolve(input.type);
  if (jobType === undefined) return undefined;
  const parentId = await parentOf(deps, input);
  // Children find their lost parent side by side: it is made anew once, and told once.
  if (await restoreJob(deps.db, rowOf(deps, input, { parentId, claimed }))) await tellRebuilt(deps, input);
  return findJob(deps.db, input.jobId);
}

async function tellRebuilt({ db, log }: RebuildDeps, { jobId, round }: JobInput): Promise<void> {
  const detail = `Temporal had it at round ${round}, and there was no row`;
  await insertRepair(db, { jobId, kind: 'row_rebuilt', detail });
  await recordFinding(db, {
    kind: 'row_recovered',
    // One for all of them: an older copy loses hundreds, and the repairs name each.
    subject: 'database',
    message: `Rows of jobs were lost and were made anew from Temporal, that of ${jobId} the last`,
    remedy: 'Was an older copy of the database restored? Look whether other data of that time is missing',
  });
  log.warn({ jobId }, 'a lost row was made anew from Temporal');
}

async function parentOf(deps: RebuildDeps, { parentId }: JobInput): Promise<string | undefined> {
  if (parentId === undefined) return undefined;
  const known = (await findJob(deps.db, parentId)) ?? (await rebuildJob(deps, parentId));
  return known?.id;
}

function rowOf(
  { catalogue }: Pick<RebuildDeps, 'catalogue'>,
  input: JobInput,
  {
    parentId,
    claimed,
  }: { parentId: string | undefined; claimed: { runId: string; chain: string } | undefined },
): RestoredJob {
  const jobType = catalogue.find(input.type);
  const parsed = parseOr(() => jobType.parse(input.params));
  const [subjectType, ...rest] = input.subject?.split(':') ?? [];
  return {
    id: input.jobId,
    type: input.type,
    title: parsed?.title ?? input.type,
    params: input.params,
    policy: input.policy,
    priority: input.priority,
    subject: subjectType === undefined ? undefined : { type: subjectType, id: rest.join(':') },
    dedupeKey: parsed === undefined ? null : dedupeKeyOf(jobType, parsed, input.parentId),
    parentId,
    createdBy: 'recovered from Temporal',
    round: input.round,
    claimed,
  };
}

/** The catalogue may have changed since: the run keeps its own rules, only its title is lost. */
function parseOr(parse: () => ParsedJob): ParsedJob | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}
