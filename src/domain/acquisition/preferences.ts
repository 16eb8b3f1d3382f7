import type { ReleaseFormat } from './release-format.js';
import type { MediaItem, Release } from './release.js';

/** What a requester prefers beside the item itself; everything has a default. */
export interface Preferences {
  /** Formats, best first. Default: the order of §3.4 for audiobooks, EPUB for ebooks. */
  formats?: readonly ReleaseFormat[];
  /** kbit/s that an audiobook's size is compared with; default 64, at which speech is transparent in AAC. */
  bitrateKbps?: number;
  /** Default `unabridged`. */
  edition?: 'unabridged' | 'abridged' | 'any';
  /** Accepts dramatisations; default false. */
  dramatised?: boolean;
  /** Accepts packs of several volumes; default false. */
  packs?: boolean;
  /** Wins where all of title and quality is equal (§3.7); default torrent. */
  protocol?: Release['protocol'];
}

/** Format points of §3.4; a format that is not named gets 1. */
const AUDIO_POINTS: Partial<Record<ReleaseFormat, number>> = { m4b: 10, flac: 7, m4a: 6, mp3: 4 };

/** Points 0 to 10 of the best format that a release offers. */
export function formatPoints({
  formats,
  item,
  preferences,
  withoutChapters,
}: {
  formats: readonly ReleaseFormat[];
  item: MediaItem;
  preferences: Preferences;
  withoutChapters: boolean;
}): number {
  const points = formats.map((format) => pointsOf({ format, item, preferences }));
  const best = Math.max(item.mediaType === 'ebook' ? 0 : 1, ...points);
  return best === 10 && withoutChapters ? 9 : best;
}

function pointsOf({
  format,
  item,
  preferences,
}: {
  format: ReleaseFormat;
  item: MediaItem;
  preferences: Preferences;
}): number {
  const wished = preferences.formats ?? (item.mediaType === 'ebook' ? (['epub'] as const) : undefined);
  if (wished === undefined) return item.mediaType === 'audiobook' ? (AUDIO_POINTS[format] ?? 1) : 1;
  const place = wished.indexOf(format);
  if (place === -1) return item.mediaType === 'ebook' ? 0 : 1;
  return Math.max(2, 10 - 2 * place);
}

/** Bytes of the whole item at the preferred bit rate; undefined where the running time is unknown. */
export function preferredBytes(item: MediaItem, preferences: Preferences): number | undefined {
  if (item.mediaType !== 'audiobook' || item.runtimeSeconds === undefined) return undefined;
  return (item.runtimeSeconds * (preferences.bitrateKbps ?? 64) * 1_000) / 8;
}
