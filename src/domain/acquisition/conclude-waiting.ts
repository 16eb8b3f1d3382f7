import type { WaitingReason } from '../jobs/waiting.js';
import type { Candidate, Decision } from './decide.js';
import { fireAt } from './delay-profile.js';
import type { RejectionCode } from './rejection.js';
import type { SearchConclusion } from './search-conclusion.js';

/** What keeps a release that fits from being fetched, and passes without another search. */
const WAITS_FOR: Partial<Record<RejectionCode, WaitingReason>> = {
  NO_SPACE: 'disk_full',
  TARGET_OFFLINE: 'mount_gone',
  CLIENT_DOWN: 'client_unreachable',
  INDEXER_BACKOFF: 'indexer_backoff',
  GRAB_LIMIT: 'indexer_backoff',
  MIN_AGE: 'next_search',
};

/** Something fits and has to wait: for a better one, or for its surroundings. Undefined: nothing fits. */
export function concludeWaiting(
  { candidates }: Decision,
  now: number,
): Pick<SearchConclusion, 'conclusion' | 'detail' | 'retryAfterMs' | 'waitsFor'> | undefined {
  const delayed = fireAt(candidates);
  if (delayed !== undefined) {
    const best = candidates.find(({ rejections }) => rejections.some(({ code }) => code === 'DELAY'));
    const detail = `"${best?.release.title ?? ''}" ${best?.rejections[0]?.detail ?? 'waits for a better one'}.`;
    return { conclusion: 'delayed', detail, retryAfterMs: Math.max(0, Date.parse(delayed) - now) };
  }
  const held = candidates.find(isHeld);
  const first = held?.rejections[0];
  if (held === undefined || first === undefined) return undefined;
  return {
    conclusion: 'held',
    detail: `"${held.release.title}" fits, and waits: ${held.rejections.map(({ detail }) => detail).join('; ')}.`,
    retryAfterMs: Math.max(0, latest(held) - now),
    waitsFor: WAITS_FOR[first.code] ?? 'next_search',
  };
}

function isHeld({ rejections }: Candidate): boolean {
  return rejections.length > 0 && rejections.every(({ code }) => WAITS_FOR[code] !== undefined);
}

/** Every one of its reasons must have passed. */
function latest({ rejections }: Candidate): number {
  return Math.max(...rejections.map(({ retryAt }) => Date.parse(retryAt ?? '') || 0));
}
