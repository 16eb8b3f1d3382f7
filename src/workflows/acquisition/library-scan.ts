import type { LibrarySteps } from '../../activities/acquisition/library-steps.js';
import type { Job } from '../jobs/job.js';

export interface LibraryScanParams {
  libraryId: string;
  path?: string;
}

export interface LibraryScanResult {
  items: number;
  missing: number;
}

/** A folder is read by us; a media server is asked to scan, once for all who ask within some seconds. */
export async function library_scan(job: Job<LibraryScanParams>): Promise<LibraryScanResult> {
  const steps = job.steps<LibrarySteps>();
  // A job keeps the steps it began with: those from before media servers have no plan.
  if (job.input.policy.steps['planScan'] !== undefined) {
    const { collectMs } = await steps.planScan(job.params);
    if (collectMs !== null) {
      const detail = 'collects what else is to be scanned';
      await job.wait({ reason: 'library_scan', detail, waitMs: collectMs });
      return steps.scanServer(job.params);
    }
  }
  const { items, missing } = await steps.scanLibrary(job.params);
  return { items, missing };
}
