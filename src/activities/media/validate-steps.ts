import { gravestFirst, verdictOf } from '../../domain/media/findings.js';
import type { ValidationResult, ValidationWish } from '../../domain/media/validation.js';
import { saveValidation } from '../../store/media/validation.js';
import type { ActivityDeps } from '../deps.js';
import { defineSteps, type StepContext, type StepsOf } from '../jobs/step.js';
import { refreshVideo, requireVideo, stillWritten, type KnownFile } from './known-video.js';
import { readDeeper } from './read-deeper.js';
import { telling } from './told-fault.js';
import { whyNoMedia } from './why-no-media.js';

export const steps = defineSteps((deps: ActivityDeps) => ({
  /** Refresh the row, read as deep as asked, and record verdict and findings at once (media.md §3.3). */
  validateVideo: (wish: ValidationWish, step: StepContext): Promise<ValidationResult> =>
    telling(deps, step, () => validateVideo(deps, wish, step)),
}));

export type ValidateSteps = StepsOf<typeof steps>;

async function validateVideo(
  deps: ActivityDeps,
  { videoId, level }: ValidationWish,
  step: StepContext,
): Promise<ValidationResult> {
  const known = await refreshVideo(deps, videoId, step);
  const { row, logical, found } = known;
  const look =
    row.streams === null
      ? { findings: [await whyNoMedia(known)], read: NOTHING_READ, durationSeconds: null }
      : await readDeeper(deps, { known, source: row.streams, level, step });
  const findings = gravestFirst(look.findings);
  const verdict = verdictOf(findings);
  await requireSame(deps, known);
  await step.fence();
  const { sizeBytes, modifiedMs } = found;
  const saved = { videoId, jobId: step.jobId, level, verdict, findings, file: { sizeBytes, modifiedMs } };
  if (!(await saveValidation(deps.db, saved))) throw stillWritten(logical);
  step.log('info', `${verdict}: ${findings.length} findings`, { codes: findings.map(({ code }) => code) });
  return {
    ...{ verdict, level, path: logical, durationSeconds: look.durationSeconds },
    ...{ read: { bytes: sizeBytes, ...look.read }, findings },
  };
}

const NOTHING_READ = { packets: null, pictures: null, decodedSeconds: null };

/**
 * A verdict is of one content: whoever has written to the file meanwhile makes another one of it.
 * @throws as requireVideo; Fault environment (source_busy).
 */
async function requireSame(deps: ActivityDeps, { row, logical, found }: KnownFile): Promise<void> {
  const { found: now } = await requireVideo(deps, row.id);
  if (now.sizeBytes !== found.sizeBytes || now.modifiedMs !== found.modifiedMs) throw stillWritten(logical);
}
