import type { ImportPreview } from '../../activities/acquisition/preview-import.js';
import type { ImportSteps } from '../../activities/acquisition/import-steps.js';
import type { MergeWishSteps } from '../../activities/acquisition/merge-wish-steps.js';
import type { MediaItem } from '../../domain/acquisition/release.js';
import type { Job } from '../jobs/job.js';

export interface OrganizeFilesParams {
  downloadId: string;
  libraryId: string;
  item: MediaItem;
  requestId?: string;
  /** A person has looked, and says that it is what was asked for. */
  accepted?: boolean;
  /** Only tell what would be done. */
  dryRun?: boolean;
}

export interface OrganizeFilesResult {
  /** The item's folder, relative to its library's root. */
  folder: string;
  files: number;
  mode: string;
  /** Why the files were not merged, though the library wishes it: they stay as they were filed. */
  warning?: string;
}

/** Plan first, so that a repeat files the same things to the same place; then all of it or nothing. */
export async function organize_files(
  job: Job<OrganizeFilesParams>,
): Promise<OrganizeFilesResult | ImportPreview> {
  const { planImport, previewImport, importFiles } = job.steps<ImportSteps>();
  const { downloadId, libraryId, item, dryRun = false } = job.params;
  if (dryRun) return previewImport({ downloadId, libraryId, item });
  job.compensation.push('discardImport', {});
  await planImport(job.params);
  const filed = await importFiles({ downloadId, libraryId });
  // A job keeps the steps it began with: those from before merges ask nobody.
  const asks = job.input.policy.steps['wishMerge'] !== undefined && item.mediaType === 'audiobook';
  return asks ? mergeIfWished(job, filed) : filed;
}

/** A merge that fails leaves the separate files, which are a book too (acquisition.md §5.5). */
async function mergeIfWished(
  job: Job<OrganizeFilesParams>,
  filed: OrganizeFilesResult,
): Promise<OrganizeFilesResult> {
  const { libraryId } = job.params;
  const { merge } = await job
    .steps<MergeWishSteps>()
    .wishMerge({ libraryId, folder: filed.folder, files: filed.files });
  if (!merge) return filed;
  const params = { libraryId, path: filed.folder, dryRun: false };
  const merged = await job.child('merge_chapters', params);
  return merged.status === 'completed'
    ? { ...filed, files: 1 }
    : { ...filed, warning: `The files stay separate: ${merged.error.message}` };
}
