import { Fault } from '../../domain/faults.js';
import type { MediaDescription } from '../../media/probe.js';
import { decodeSound, differingTags } from '../../media/read-back.js';
import type { ActivityDeps } from '../deps.js';
import type { StepContext } from '../jobs/step.js';
import type { MergePlan } from './merge-plan.js';

/** Of the whole (acquisition.md §5.5); sizes are no measure, since 32 kbit/s are honest speech. */
const DURATION_TOLERANCE = 0.02;
const DECODED_SECONDS = '10';

interface Verifying {
  plan: MergePlan;
  file: string;
  hasCover: boolean;
  step: StepContext;
}

/**
 * Reads the merged file back: duration, sound, chapters, tags, cover, and its first and last ten seconds decoded.
 * FFmpeg's exit status says none of it (acquisition.md §8 no. 48).
 * @throws Fault bad_input for what the same sources would give again.
 */
export async function verifyMerged(deps: ActivityDeps, verifying: Verifying): Promise<void> {
  const { plan, file, step } = verifying;
  const read = await deps.media.probe(file, step.signal);
  checkDuration(plan, read);
  checkParts(verifying, read);
  const wanted = { ...plan.tags, ...(plan.asin === null ? {} : { asin: plan.asin }) };
  const missing = differingTags(wanted, read);
  if (missing.length > 0) throw wrong(`the tags ${missing.join(', ')} as they were written, they are not`);
  for (const name of differingTags(plan.carried, read))
    step.log('warn', `the tag ${name} was not carried whole`);
  for (const window of [
    ['-t', DECODED_SECONDS],
    ['-sseof', `-${DECODED_SECONDS}`],
  ]) {
    await decodeSound(deps.media, { file, window, signal: step.signal });
  }
}

function checkDuration({ files }: MergePlan, { durationSeconds }: MediaDescription): void {
  const wanted = files.reduce((sum, file) => sum + file.durationSeconds, 0);
  if (Math.abs(durationSeconds - wanted) <= wanted * DURATION_TOLERANCE) return;
  throw wrong(`${wanted.toFixed(1)} s in the merged file, it has ${durationSeconds.toFixed(1)} s`);
}

function checkParts({ plan, hasCover }: Verifying, read: MediaDescription): void {
  if (read.chapters.length !== plan.chapters.length)
    throw wrong(`${plan.chapters.length} chapters, it has ${read.chapters.length}`);
  if (hasCover && !read.hasCover) throw wrong('a cover in the merged file, it has none');
}

function wrong(what: string): Fault {
  return new Fault('bad_input', `Expected ${what}: the separate files stay`, {
    remedy: 'Look whether each of them plays to its end, then merge again',
  });
}
