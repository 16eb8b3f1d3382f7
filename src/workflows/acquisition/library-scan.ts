import type { LibrarySteps } from '../../activities/acquisition/library-steps.js';
import type { Job } from '../jobs/job.js';

export interface LibraryScanParams {
  libraryId: string;
  path?: string;
}

export async function library_scan(job: Job<LibraryScanParams>): Promise<{ items: number; missing: number }> {
  const { items, missing } = await job.steps<LibrarySteps>().scanLibrary(job.params);
  return { items, missing };
}
