import type { ImportSteps } from '../../activities/acquisition/import-steps.js';
import type { MediaItem } from '../../domain/acquisition/release.js';
import type { Job } from '../jobs/job.js';

export interface OrganizeFilesParams {
  downloadId: string;
  libraryId: string;
  item: MediaItem;
  requestId?: string;
  /** A person has looked, and says that it is what was asked for. */
  accepted?: boolean;
}

export interface OrganizeFilesResult {
  /** The item's folder, relative to its library's root. */
  folder: string;
  files: number;
  mode: string;
}

/** Plan first, so that a repeat files the same things to the same place; then all of it or nothing. */
export async function organize_files(job: Job<OrganizeFilesParams>): Promise<OrganizeFilesResult> {
  const { planImport, importFiles } = job.steps<ImportSteps>();
  job.compensation.push('discardImport', {});
  await planImport(job.params);
  return importFiles({ downloadId: job.params.downloadId, libraryId: job.params.libraryId });
}
