import { isSameRatio, valueOf } from './ratio.js';
import type { MediaSource, VideoStream } from './source.js';

/** Lengths agree within half a second, or within a hundredth (media.md V4). */
export function agrees(one: number, other: number): boolean {
  return Math.abs(one - other) <= toleranceOf(other);
}

function toleranceOf(seconds: number): number {
  return Math.max(0.5, seconds * 0.01);
}

export interface SourceLength {
  /** How long the picture plays, by what can be read; null where nobody can tell before it is decoded. */
  seconds: number | null;
  /** The file was cut short: it ends well before what its header tells. */
  cutShort: { endsAt: number; of: number } | null;
}

/**
 * How long a source really plays. A header that tells less than there is counts for nothing (joined MPEG-TS); one that
 * tells more is a file that was cut short, which never becomes an output (media.md §3.3, A1).
 */
export function sourceLength({ duration, container }: MediaSource): SourceLength {
  const { lastPacket, lastVideoPacket } = duration;
  const told = duration.container;
  const seconds = lastVideoPacket ?? duration.video ?? told;
  if (lastPacket === null || told === null || !hasIndex(container)) return { seconds, cutShort: null };
  const isShort = lastPacket < told - toleranceOf(told);
  return { seconds, cutShort: isShort ? { endsAt: lastPacket, of: told } : null };
}

/**
 * Containers that can be read from their end. The others only seem to have one length: what their header tells is reckoned
 * from the bit rate, and times may begin anew in the middle.
 */
export function hasIndex(container: string): boolean {
  return /\b(mov|matroska|webm|avi|asf)\b/.test(container);
}

/** The times of its pictures are not evenly spaced: their number says nothing about time (media.md §3.4 "VFR"). */
export function hasVaryingRate({ frameRate, meanFrameRate }: VideoStream): boolean {
  if (isSameRatio(frameRate, meanFrameRate)) return false;
  return Math.abs(valueOf(frameRate) / valueOf(meanFrameRate) - 1) > 0.005;
}
