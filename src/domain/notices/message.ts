import { titleOf } from '../acquisition/item-title.js';
import type { MediaItem } from '../acquisition/release.js';
import { urgencyOf, type NoticeEvent, type Urgency } from './event.js';

/** One notice as every kind of target gets it. */
export interface NoticeMessage {
  /** The same with each try of the same notice: who gets it twice can tell. */
  key: string;
  event: NoticeEvent;
  urgency: Urgency;
  title: string;
  body: string;
  /** ISO 8601. */
  at: string;
  request: { id: string; title: string; mediaType: string; requestedBy: string } | null;
}

/** What the outbox knows of a notice. */
export interface NoticeFacts {
  key: string;
  event: NoticeEvent;
  title: string | null;
  detail: string | null;
  at: string;
  request: { id: string; item: MediaItem; requestedBy: string } | null;
}

const HEADLINES: Record<NoticeEvent, string> = {
  pending_approval: 'Approval wanted',
  approved: 'Approved',
  denied: 'Denied',
  grabbed: 'Downloading',
  downloaded: 'Filed',
  available: 'Available',
  error: 'In trouble',
  cancelled: 'Cancelled',
  issue: 'Held up',
  needs_decision: 'Decision wanted',
  health_changed: 'Health',
};

const BODIES: Record<NoticeEvent, string> = {
  pending_approval: 'Somebody has to approve or deny it.',
  approved: 'It is searched for now.',
  denied: 'It is not searched for.',
  grabbed: 'A release was chosen.',
  downloaded: 'It is filed; the library has still to show it.',
  available: 'The library has it.',
  error: 'It does not go on by itself.',
  cancelled: 'It is not searched for any more.',
  issue: 'Its download waits for somebody.',
  needs_decision: 'Somebody has to say how it goes on.',
  health_changed: 'Something has changed.',
};

export function composeMessage(facts: NoticeFacts): NoticeMessage {
  const { key, event, at, detail, request } = facts;
  const title = request === null ? (facts.title ?? 'Longplay') : titleOf(request.item);
  const sentences = [detail === null || detail === '' ? BODIES[event] : detail];
  if (event === 'pending_approval' && request !== null)
    sentences.push(`Asked for by ${request.requestedBy}.`);
  return {
    key,
    event,
    urgency: urgencyOf(event),
    title: oneLine(`${HEADLINES[event]}: ${title}`),
    body: sentences.join('\n').slice(0, MAX_BODY),
    at,
    request:
      request === null
        ? null
        : { id: request.id, title, mediaType: request.item.mediaType, requestedBy: request.requestedBy },
  };
}

/** For the test of a target: it says what it is. */
export function testMessage({ key, at }: { key: string; at: string }): NoticeMessage {
  return {
    key,
    event: 'health_changed',
    urgency: 'info',
    title: 'A test by Longplay',
    body: 'Notices will come here.',
    at,
    request: null,
  };
}

/** A push service takes 4,096 bytes (watch.md §2.5), and a character may need four of them. */
const MAX_BODY = 900;
const MAX_TITLE = 200;

/** Titles become headers, which take no line breaks from data (watch.md §3.6). */
function oneLine(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .slice(0, MAX_TITLE);
}
