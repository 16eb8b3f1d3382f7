import { DAY_MS } from '../durations.js';
import { releaseKey, type ReleaseIdentity } from './blocklist.js';

/** Proof that a release itself is bad. Only these may be written (acquisition.md §3.6). */
const RELEASE_FAULTS = [
  'corrupt_torrent',
  'unpack_failed',
  'missing_articles',
  'password',
  'wrong_content',
  'drm',
  'junk',
  'stalled',
  /** A person's word. */
  'by_hand',
] as const;

/** What says nothing about the release, however often it happens. */
const BLAMELESS_FAULTS = [
  'disk',
  'mount',
  'permission',
  'client_down',
  'tracker_refusal',
  'cancelled',
  'not_found',
] as const;

export const ACQUISITION_FAULTS = [...RELEASE_FAULTS, ...BLAMELESS_FAULTS] as const;
export type AcquisitionFault = (typeof ACQUISITION_FAULTS)[number];
export type BlockReason = (typeof RELEASE_FAULTS)[number];

export interface BlocklistEntry {
  key: string;
  scope: 'item' | 'global';
  reason: BlockReason;
  /** What was seen, in words: a client's message, a file's name. */
  evidence: string;
  source: 'download' | 'import' | 'manual';
  /** Milliseconds since the epoch. */
  createdAt: number;
  /** Null: never. */
  expiresAt: number | null;
}

/** A swarm may come back to life; broken content stays broken. */
const STALL_EXPIRES_MS = 30 * DAY_MS;

/** The entry that a fault writes; undefined for one that does not blame the release. */
export function blocklistEntry({
  release,
  fault,
  evidence,
  source,
  scope = 'item',
  now,
}: {
  release: ReleaseIdentity;
  fault: AcquisitionFault;
  evidence: string;
  source: BlocklistEntry['source'];
  scope?: BlocklistEntry['scope'];
  /** Milliseconds since the epoch. */
  now: number;
}): BlocklistEntry | undefined {
  const blame = blameOf(fault);
  if (blame === undefined) return undefined;
  const { reason, expiresAfterMs } = blame;
  const expiresAt = expiresAfterMs === null ? null : now + expiresAfterMs;
  return { key: releaseKey(release), scope, reason, evidence, source, createdAt: now, expiresAt };
}

function blameOf(
  fault: AcquisitionFault,
): { reason: BlockReason; expiresAfterMs: number | null } | undefined {
  switch (fault) {
    case 'corrupt_torrent':
    case 'unpack_failed':
    case 'missing_articles':
    case 'password':
    case 'wrong_content':
    case 'drm':
    case 'junk':
    case 'by_hand':
      return { reason: fault, expiresAfterMs: null };
    case 'stalled':
      return { reason: fault, expiresAfterMs: STALL_EXPIRES_MS };
    case 'disk':
    case 'mount':
    case 'permission':
    case 'client_down':
    case 'tracker_refusal':
    case 'cancelled':
    case 'not_found':
      return undefined;
  }
}
