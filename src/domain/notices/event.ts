import type { RequestState } from '../acquisition/request-state.js';
import type { WaitingReason } from '../jobs/waiting.js';

/** What people are told of (acquisition.md §7.3). */
export const NOTICE_EVENTS = [
  'pending_approval',
  'approved',
  'denied',
  'grabbed',
  'downloaded',
  'available',
  'error',
  'cancelled',
  'issue',
  'needs_decision',
  'health_changed',
] as const;
export type NoticeEvent = (typeof NOTICE_EVENTS)[number];

/** Without a choice: what somebody has to act upon, and what has come to its end. */
export const DEFAULT_EVENTS: readonly NoticeEvent[] = [
  'pending_approval',
  'denied',
  'available',
  'error',
  'issue',
  'needs_decision',
  'health_changed',
];

/** Neither an approval nor what holds a download up is a state: they are told where they are recorded. */
const EVENTS: Partial<Record<RequestState, NoticeEvent>> = {
  awaiting_approval: 'pending_approval',
  denied: 'denied',
  downloading: 'grabbed',
  downloaded: 'downloaded',
  available: 'available',
  warn: 'error',
  failed: 'error',
  cancelled: 'cancelled',
  needs_decision: 'needs_decision',
};

export function eventOf(state: RequestState): NoticeEvent | undefined {
  return EVENTS[state];
}

/** What a download waits for and what does not pass by itself, or not soon. */
const ISSUES: readonly WaitingReason[] = ['paused_in_client', 'decision_needed', 'disk_full', 'mount_gone'];

export function isIssue(reason: WaitingReason): boolean {
  return ISSUES.includes(reason);
}

/** How much it should disturb; each kind of target has its own scale. */
export type Urgency = 'info' | 'success' | 'warning' | 'failure';

const URGENCIES: Record<NoticeEvent, Urgency> = {
  pending_approval: 'warning',
  approved: 'info',
  denied: 'info',
  grabbed: 'info',
  downloaded: 'info',
  available: 'success',
  error: 'failure',
  cancelled: 'info',
  issue: 'warning',
  needs_decision: 'warning',
  health_changed: 'warning',
};

export function urgencyOf(event: NoticeEvent): Urgency {
  return URGENCIES[event];
}
