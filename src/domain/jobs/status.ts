/** The statuses of jobs.md §2. They are derived in SQL (migrations), never written by hand. */
export const JOB_STATUSES = [
  'pending',
  'queued',
  'running',
  'paused',
  'completed',
  'failed',
  'cancelled',
] as const;

export type JobStatus = (typeof JOB_STATUSES)[number];

export const TERMINAL_STATUSES = ['completed', 'failed', 'cancelled'] as const satisfies JobStatus[];

export type TerminalStatus = (typeof TERMINAL_STATUSES)[number];

export function isTerminal(status: JobStatus): status is TerminalStatus {
  return (TERMINAL_STATUSES as readonly JobStatus[]).includes(status);
}

/** Who paused a job that its parent's pause reached; it is resumed with its parent, not by itself. */
export const PAUSED_BY_PARENT = 'its parent job';
