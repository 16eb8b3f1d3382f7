import type { WaitingReason } from '../jobs/waiting.js';

/** What a download's poller tells its job: changes only, never each poll (acquisition.md §4.1). */
export type DownloadTransition =
  | { kind: 'moving' | 'complete' | 'stalled' | 'release_fault' | 'removed'; detail: string }
  | { kind: 'held'; reason: WaitingReason; detail: string };
