import type { ThumbnailResult, ThumbnailSteps } from '../../activities/media/thumbnail-steps.js';
import type { ThumbnailWish } from '../../domain/media/thumbnail-plan.js';
import type { Job } from '../jobs/job.js';

export async function thumbnail_generate(
  job: Job<ThumbnailWish & { videoId: string }>,
): Promise<ThumbnailResult> {
  return job.steps<ThumbnailSteps>().makeThumbnail(job.params);
}
