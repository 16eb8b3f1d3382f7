import type { EditionName } from './edition-names.js';
import type { ReleaseFormat } from './release-format.js';
import type { MediaItem, Release } from './release.js';
import type { QualityProfile } from './video-quality.js';

/** What a requester prefers beside the item itself; everything has a default. */
export interface Preferences {
  /** Formats, best first. Default: the order of §3.4 for audiobooks, EPUB for ebooks. */
  formats?: readonly ReleaseFormat[];
  /** kbit/s that sizes are compared with; audiobooks by default 64, at which speech is transparent in AAC. */
  bitrateKbps?: number;
  /** Default `unabridged`. */
  edition?: 'unabridged' | 'abridged' | 'any';
  /** A named edition: others are refused; default any. */
  editionName?: EditionName;
  /** Accepts dramatisations; default false. */
  dramatised?: boolean;
  /** Accepts packs of several volumes; default false. */
  packs?: boolean;
  /** Wins where all of title and quality is equal; default: the delay profile's, which is torrent (§3.7). */
  protocol?: Release['protocol'];
  /** Films and episodes: which picture is better; default: the more lines the better. */
  quality?: QualityProfile;
}

/**
 * Bytes of the whole item at the preferred bit rate; undefined where the running time is unknown: then no size is
 * nearer than another (UNKNOWN_RUNTIME of §3.3).
 */
export function preferredBytes(item: MediaItem, preferences: Preferences): number | undefined {
  const kbps = preferredKbps(item, preferences);
  if (kbps === undefined || item.runtimeSeconds === undefined) return undefined;
  return (item.runtimeSeconds * kbps * 1_000) / 8;
}

/** kbit/s; films have no usual one. */
export function preferredKbps({ mediaType }: MediaItem, { bitrateKbps }: Preferences): number | undefined {
  switch (mediaType) {
    case 'audiobook':
      return bitrateKbps ?? 64;
    case 'movie':
    case 'episode':
      return bitrateKbps;
    case 'ebook':
      return undefined;
  }
}
