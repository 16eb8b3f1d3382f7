import type { Job } from '../jobs/job.js';
import { wakeDue, type WakeParams, type WokenRequests } from './wake-due.js';

/** Imports that have waited longer than their own timers (acquisition.md §1.9). */
export function retry_imports(job: Job<WakeParams>): Promise<WokenRequests> {
  return wakeDue(job, 'awaiting_import');
}
