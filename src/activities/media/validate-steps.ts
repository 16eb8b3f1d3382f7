import type { ValidationResult, ValidationWish } from '../../domain/media/validation.js';
import { saveValidation } from '../../store/media/validation.js';
import type { ActivityDeps } from '../deps.js';
import { defineSteps, type StepContext, type StepsOf } from '../jobs/step.js';
import { judgeVideo } from './judge-video.js';
import { refreshVideo, requireVideo, stillWritten, type KnownFile } from './known-video.js';
import { telling } from './told-fault.js';

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
  const judged = await judgeVideo(deps, { file: known, inside: row, level, step });
  await requireSame(deps, known);
  await step.fence();
  const { sizeBytes, modifiedMs } = found;
  const { verdict, findings } = judged;
  const saved = { videoId, jobId: step.jobId, level, verdict, findings, file: { sizeBytes, modifiedMs } };
  if (!(await saveValidation(deps.db, saved))) throw stillWritten(logical);
  return { ...judged, path: logical };
}

/**
 * A verdict is of one content: whoever has written to the file meanwhile makes another one of it.
 * @throws as requireVideo; Fault environment (source_busy).
 */
async function requireSame(deps: ActivityDeps, { row, logical, found }: KnownFile): Promise<void> {
  const { found: now } = await requireVideo(deps, row.id);
  if (now.sizeBytes !== found.sizeBytes || now.modifiedMs !== found.modifiedMs) throw stillWritten(logical);
}
