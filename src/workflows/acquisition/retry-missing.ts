import type { Job } from '../jobs/job.js';
import { wakeDue, type WakeParams, type WokenRequests } from './wake-due.js';

/** Searches that have waited longer than their own timers: lost ones, and with `all` every one (acquisition.md §1.9). */
export function retry_missing(job: Job<WakeParams>): Promise<WokenRequests> {
  return wakeDue(job, 'awaiting_search');
}
