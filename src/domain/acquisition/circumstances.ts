import type { Protocol } from './release.js';

/** Always left free, so that a full disk stops nobody else (acquisition.md §5.6). */
export const SPARE_BYTES = 100_000_000;

/** A download client as it stands now. */
export interface ClientFacts {
  id: string;
  name: string;
  protocol: Protocol;
  isUp: boolean;
  /** Free bytes where it downloads to; absent where nobody could tell. */
  freeBytes?: number;
  /** Of those, bytes that running downloads and stagings still need. */
  reservedBytes?: number;
  /** The library takes its files by a link, so that one copy is enough; default false: two are needed. */
  linkable?: boolean;
}

/**
 * What stands between a good release and its download right now. What is not told is taken to be well: a rule
 * refuses for what is known alone.
 */
export interface Circumstances {
  /** Enabled clients; empty: nothing is known about them. */
  clients?: readonly ClientFacts[];
  /** Where the item will be filed; offline while its mount or its marker is missing. */
  target?: { name: string; isOnline: boolean };
  usenet?: {
    /** Days for which the news server keeps articles. */
    retentionDays?: number;
    /** Minutes until a post has reached the news server. */
    minimumAgeMinutes?: number;
  };
}
