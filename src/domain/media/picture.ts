import { displayedSize } from './displayed.js';
import type { VideoStream } from './source.js';

export interface Size {
  width: number;
  height: number;
}

type Shown = Pick<VideoStream, 'width' | 'height' | 'pixelAspect' | 'rotation'>;

export function shortSide({ width, height }: Size): number {
  return Math.min(width, height);
}

/**
 * The size to encode at: as seen, the short side at most `maxShort`, never larger than the source, both sides even,
 * since H.264 in 4:2:0 has no odd ones (media.md §3.4).
 */
export function fitPicture(video: Shown, maxShort: number): Size {
  const shown = displayedSize(video);
  const factor = Math.min(1, maxShort / shortSide(shown));
  return { width: even(shown.width * factor), height: even(shown.height * factor) };
}

/** Rounded to even, never up beyond what is there, never to nothing. */
function even(length: number): number {
  return Math.max(2, 2 * Math.floor(Math.round(length) / 2));
}
