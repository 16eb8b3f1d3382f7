import { isTerminal, type JobStatus } from './status.js';

/** What can be asked of many jobs at once: the wishes of jobs.md §5, and a new round. */
export const BULK_ACTIONS = ['pause', 'resume', 'cancel', 'retry', 'retryNow', 'setPriority'] as const;
export type BulkAction = (typeof BULK_ACTIONS)[number];

/** At most so many jobs a call, so that one answer stays readable and one mistake bounded. */
export const BULK_MAX = 1_000;

/** Why the action makes no sense for a job that it does not fit, as the end of a sentence about the job. */
export function bulkRefusal(
  action: BulkAction,
  job: { status: JobStatus; paused: boolean; openEqual: string | null },
): string {
  if (action === 'retry') {
    return job.openEqual === null
      ? `is ${job.status}; only an ended job can be retried`
      : `cannot be retried while an equal job is open: ${job.openEqual}`;
  }
  if (isTerminal(job.status)) return `is ${job.status}; ${DONE[action]}`;
  switch (action) {
    case 'pause':
      return 'is paused already';
    case 'resume':
      return 'is not paused';
    case 'cancel':
      return 'could not be cancelled in this moment; ask again';
    case 'retryNow':
      return 'has no waiting time that could be ended';
    case 'setPriority':
      return 'has this priority already';
  }
}

const DONE: Record<Exclude<BulkAction, 'retry'>, string> = {
  pause: 'only an open job can be paused',
  resume: 'only an open job can be resumed',
  cancel: 'nothing is left to cancel',
  retryNow: 'retry it to begin a new round',
  setPriority: 'it waits for nothing any more',
};
