import type { MergedChapters, MergeSteps, PlannedMerge } from '../../activities/acquisition/merge-steps.js';
import type { Job } from '../jobs/job.js';

export interface MergeChaptersParams {
  libraryId: string;
  path: string;
  dryRun: boolean;
}

/** Plan first, so that a repeat merges the same files; then one file or the separate ones, never neither. */
export async function merge_chapters(job: Job<MergeChaptersParams>): Promise<PlannedMerge | MergedChapters> {
  const { libraryId, path, dryRun } = job.params;
  const { planChapterMerge, mergeChapters } = job.steps<MergeSteps>();
  job.compensation.push('discardMerge', {});
  const planned = await planChapterMerge({ libraryId, path });
  if (dryRun) return planned;
  const merged = await mergeChapters({});
  // The merged file is there whatever the library says of it; a scan of its own finds it later too.
  await job.child('library_scan', { libraryId, path });
  return merged;
}
