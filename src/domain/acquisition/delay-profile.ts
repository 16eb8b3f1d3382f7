import { MINUTE_MS } from '../durations.js';
import type { Protocol } from './release.js';

/** How long a good release waits for a better one (acquisition.md §3.7). */
export interface DelayProfile {
  id: string;
  name: string;
  enableUsenet: boolean;
  enableTorrent: boolean;
  preferredProtocol: 'usenet' | 'torrent';
  /** Minutes; 0: at once. */
  usenetDelay: number;
  torrentDelay: number;
  /** The best quality that there is needs no waiting; preferred protocol alone. */
  bypassIfHighestQuality: boolean;
  /** So does a score of at least `minimumScore`; preferred protocol alone. */
  bypassIfAboveScore: boolean;
  minimumScore: number;
  /** `base`: the 100 points of §3.4; `custom`: the sum of the custom rules. */
  scoreKind: 'base' | 'custom';
  /** Of several profiles that fit, the lowest counts. */
  order: number;
  /** An item needs one of them; empty: fits every item. */
  tags: readonly string[];
}

export const DEFAULT_DELAY_PROFILE: DelayProfile = {
  id: 'default',
  name: 'No delay',
  enableUsenet: true,
  enableTorrent: true,
  preferredProtocol: 'torrent',
  usenetDelay: 0,
  torrentDelay: 0,
  bypassIfHighestQuality: false,
  bypassIfAboveScore: false,
  minimumScore: 0,
  scoreKind: 'base',
  order: Number.MAX_SAFE_INTEGER,
  tags: [],
};

/** The profile for an item with these tags: the first by order that fits, else the one without a delay. */
export function chooseDelayProfile(profiles: readonly DelayProfile[], tags: readonly string[]): DelayProfile {
  const fitting = profiles.filter(
    (profile) => profile.tags.length === 0 || profile.tags.some((tag) => tags.includes(tag)),
  );
  const sorted = fitting.toSorted((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1));
  return sorted[0] ?? DEFAULT_DELAY_PROFILE;
}

/** A direct source is always on: there is nothing to choose. */
export function isEnabled(profile: DelayProfile, protocol: Protocol): boolean {
  switch (protocol) {
    case 'torrent':
      return profile.enableTorrent;
    case 'usenet':
      return profile.enableUsenet;
    case 'direct':
      return true;
  }
}

/** What the delay looks at of a release that is accepted in everything else. */
export interface Waiting {
  protocol: Protocol;
  /** A person asked for this search now. */
  isInvoked: boolean;
  /** It repairs (proper, repack) the file that is there already, in the same quality. */
  isBetterRevision: boolean;
  isHighestQuality: boolean;
  score: { base: number; custom: number };
  /** When the oldest release that is pending for the item became so; absent: none is. Milliseconds since the epoch. */
  pendingSince?: number;
  now: number;
}

/** `isDue`: the oldest pending release has waited long enough, so that nothing of the item waits any longer. */
export type DelayVerdict = { verdict: 'accept'; isDue: boolean } | { verdict: 'wait'; until: number };

const ACCEPT: DelayVerdict = { verdict: 'accept', isDue: false };

/** Steps 1 to 6 of §3.7, in their order. */
export function judgeDelay(profile: DelayProfile, waiting: Waiting): DelayVerdict {
  if (waiting.isInvoked) return ACCEPT;
  const delayMs = delayMinutes(profile, waiting.protocol) * MINUTE_MS;
  if (delayMs <= 0) return ACCEPT;
  const isPreferred = waiting.protocol === profile.preferredProtocol;
  if (isPreferred && (waiting.isBetterRevision || isBypassed(profile, waiting))) return ACCEPT;
  const until = (waiting.pendingSince ?? waiting.now) + delayMs;
  return until <= waiting.now ? { verdict: 'accept', isDue: true } : { verdict: 'wait', until };
}

function delayMinutes(profile: DelayProfile, protocol: Protocol): number {
  switch (protocol) {
    case 'torrent':
      return profile.torrentDelay;
    case 'usenet':
      return profile.usenetDelay;
    case 'direct':
      return 0;
  }
}

function isBypassed(profile: DelayProfile, { isHighestQuality, score }: Waiting): boolean {
  if (profile.bypassIfHighestQuality && isHighestQuality) return true;
  return profile.bypassIfAboveScore && score[profile.scoreKind] >= profile.minimumScore;
}

interface Pending {
  rank: number | null;
  rejections: readonly { code: string; retryAt?: string }[];
}

/**
 * The best of what may be fetched once the item's timer fires: the candidates of a decision stand in their order, so
 * it is the first that is accepted or waits for nothing but the delay. Whatever else refuses a release meanwhile
 * (blocked, no seeders) leaves it out, so decide anew before.
 */
export function chooseAtFire<Candidate extends Pending>(
  candidates: readonly Candidate[],
): Candidate | undefined {
  const best = candidates.find(({ rank }) => rank === 1);
  return best ?? candidates.find(isPending);
}

/** When the item's one timer fires: as soon as the first pending release has waited long enough. ISO 8601. */
export function fireAt(candidates: readonly Pending[]): string | undefined {
  return candidates
    .filter(isPending)
    .flatMap(({ rejections }) => rejections.map(({ retryAt }) => retryAt ?? ''))
    .toSorted()[0];
}

function isPending({ rejections }: Pending): boolean {
  return rejections.length > 0 && rejections.every(({ code }) => code === 'DELAY');
}
