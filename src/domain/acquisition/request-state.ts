/** The states of a request, which people see beside the job's status (acquisition.md §7.2). */
export const REQUEST_STATES = [
  'awaiting_approval',
  'denied',
  'cancelled',
  'awaiting_release',
  'pending',
  'searching',
  'awaiting_search',
  'downloading',
  'processing',
  'awaiting_import',
  'needs_decision',
  'downloaded',
  'available',
  'warn',
  'failed',
] as const;

export type RequestState = (typeof REQUEST_STATES)[number];

/** Those in which its job has ended: more comes of it only by asking again. */
export const ENDED_STATES: readonly RequestState[] = ['available', 'cancelled', 'denied', 'failed'];
