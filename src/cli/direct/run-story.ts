import { randomBytes } from 'node:crypto';

import { TemporalFailure } from '@temporalio/common';

import { asStepFailure, describeFailure } from '../../activities/jobs/failures.js';
import type { AnyStep } from '../../activities/jobs/step.js';
import { hashInput } from '../../activities/jobs/step-key.js';
import type { Catalogue } from '../../catalogue/catalogue.js';
import type { JobType, ParsedJob } from '../../catalogue/job-type.js';
import { normalizeError } from '../../domain/faults.js';
import { makeJobId } from '../../domain/jobs/job-id.js';
import type { ChildOutcome, JobInput, StepFailure } from '../../domain/jobs/job-input.js';
import { retryWaits } from '../../domain/jobs/policy.js';
import { DEFAULT_PRIORITY } from '../../domain/jobs/priority.js';
import { dedupeKeyOf } from '../../jobs/create.js';
import { readFailure } from '../../workflows/jobs/failure.js';
import type { Job as StoryJob } from '../../workflows/jobs/job.js';
import type { Job } from '../answers.js';
import { asJson } from './attempt.js';
import type { Checkpoints } from './checkpoints.js';
import { DirectJob, type ChildWish } from './direct-job.js';
import { parseDirect } from './direct-type.js';
import { JobReport, type Listener } from './job-report.js';

/** What all jobs of one command share. */
export interface DirectParts {
  catalogue: Catalogue;
  /** By the name of their type, as src/workflows/index.ts exports them. */
  stories: object;
  steps: Record<string, AnyStep>;
  checkpoints: Checkpoints;
  listener: Listener;
}

interface Run extends DirectParts {
  /** Children under way by type and dedupe key: equal ones are one (jobs.md §4). */
  open: Map<string, Promise<ChildOutcome>>;
}

interface Wanted {
  jobType: JobType;
  parsed: ParsedJob;
  maxRetries?: number | undefined;
  /** Where in the tree it stands; the same in each run of the command. */
  place: string;
  parent?: JobReport;
}

type Outcome =
  | { status: 'completed'; result: unknown }
  | { status: 'failed'; error: StepFailure }
  | { status: 'cancelled' };

/** Runs a job and its children to their end in this process. @returns the ended job; its failure is no error. */
export async function runDirect(
  parts: DirectParts,
  wanted: Pick<Wanted, 'jobType' | 'parsed' | 'maxRetries'>,
  signal: AbortSignal,
): Promise<Job> {
  const { report } = await runStory({ ...parts, open: new Map() }, { ...wanted, place: 'job' }, signal);
  return report.answer();
}

async function runStory(
  run: Run,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<{ report: JobReport; outcome: Outcome }> {
  const { checkpoints, listener, steps } = run;
  const input = await inputOf(wanted, checkpoints);
  const report = reportOf(wanted, input, listener);
  const job = new DirectJob(input, {
    ...{ steps, checkpoints, report, signal },
    startChild: (wish, until) => startChild(run, { parent: report, wish }, until),
  });
  const outcome = await outcomeOf(run.stories, job, signal);
  await job.close();
  if (outcome.status === 'cancelled') await undo(job, { checkpoints, report });
  report.ends(outcome);
  return { report, outcome };
}

/** Forgotten first: after a kill in the middle nothing that is half undone may count as done. */
async function undo(
  { id, compensation }: DirectJob,
  { checkpoints, report }: { checkpoints: Checkpoints; report: JobReport },
): Promise<void> {
  if (compensation.pending.length === 0) return;
  await checkpoints.forget(id).catch((error: unknown) => {
    report.log('warn', 'checkpoint', `could not be written: ${normalizeError(error).message}`);
  });
  await compensation.run(report);
}

async function inputOf(
  { jobType, parsed, maxRetries, place, parent }: Wanted,
  checkpoints: Checkpoints,
): Promise<JobInput> {
  const { type, policy, priority = DEFAULT_PRIORITY } = jobType;
  const { subject, params } = parsed;
  return {
    jobId: await checkpoints.jobId(place, makeJobId(type, randomBytes(8))),
    type,
    round: 1,
    params,
    policy: { ...policy, retry: { waitsMs: retryWaits(policy.retry.waitsMs, maxRetries) } },
    priority,
    ...(parent === undefined ? {} : { parentId: parent.id }),
    ...(subject === undefined ? {} : { subject: `${subject.type}:${subject.id}` }),
  };
}

function reportOf({ parsed, parent }: Wanted, input: JobInput, listener: Listener): JobReport {
  const { jobId: id, type, params, priority, policy } = input;
  const about = { id, type, params, priority, title: parsed.title, weights: policy.weights };
  return new JobReport(parent === undefined ? about : { ...about, parent }, listener);
}

async function outcomeOf(stories: object, job: DirectJob, signal: AbortSignal): Promise<Outcome> {
  const { type } = job.input;
  const story = Object.hasOwn(stories, type) ? (Reflect.get(stories, type) as Story) : undefined;
  try {
    if (story === undefined) throw new Error(`There is no story of ${type}`);
    // A type that says `direct` promises that its story uses no more of a Job than a DirectJob has.
    return { status: 'completed', result: asJson(await story(job as unknown as StoryJob)) };
  } catch (error) {
    if (!(error instanceof TemporalFailure)) return { status: 'failed', error: broken(error) };
    const failure = readFailure(error);
    return signal.aborted && failure.kind === 'cancelled'
      ? { status: 'cancelled' }
      : { status: 'failed', error: failure };
  }
}

type Story = (job: StoryJob) => Promise<unknown>;

/** Temporal would run such a workflow task again and again, for a newer build to mend it. */
function broken(error: unknown): StepFailure {
  const { name, message } = normalizeError(error);
  return { kind: 'defect', message: `The story broke off: ${name}: ${message}` };
}

async function startChild(
  run: Run,
  { parent, wish }: { parent: JobReport; wish: ChildWish },
  signal: AbortSignal,
): Promise<ChildOutcome> {
  const child = parseChild(run, wish);
  const dedupeKey = dedupeKeyOf(child.jobType, child.parsed, parent.id);
  const key = `${child.jobType.type}/${dedupeKey ?? ''}`;
  for (let open = run.open.get(key); dedupeKey !== null && open !== undefined; open = run.open.get(key)) {
    const outcome = await open;
    // It ended with the parent that began it: this one wants it all the same.
    if (outcome.status !== 'cancelled' || signal.aborted) return outcome;
  }
  const { name, occurrence } = wish;
  const place = [parent.id, name, occurrence, hashInput([wish.type, wish.params])].join('/');
  const running = runStory(run, { ...child, place, parent }, signal).then(asChildOutcome);
  run.open.set(key, running);
  try {
    return await running;
  } finally {
    if (run.open.get(key) === running) run.open.delete(key);
  }
}

function parseChild({ catalogue }: Run, wish: ChildWish): { jobType: JobType; parsed: ParsedJob } {
  try {
    return parseDirect(catalogue, wish);
  } catch (error) {
    throw asStepFailure(describeFailure(error));
  }
}

function asChildOutcome({ report, outcome }: { report: JobReport; outcome: Outcome }): ChildOutcome {
  const { id: jobId } = report;
  switch (outcome.status) {
    case 'completed':
      return { ...outcome, jobId };
    case 'failed':
      return { ...outcome, jobId };
    case 'cancelled':
      return { ...outcome, jobId, error: { kind: 'cancelled', message: `${jobId} was cancelled` } };
  }
}
