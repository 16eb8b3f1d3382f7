import type { VideoStream } from './source.js';

export type Orientation = 'landscape' | 'portrait' | 'square';

/** The picture as people see it: after its pixel aspect, then its rotation (media.md §3.3). */
export function displayedSize({
  width,
  height,
  pixelAspect,
  rotation,
}: Pick<VideoStream, 'width' | 'height' | 'pixelAspect' | 'rotation'>): { width: number; height: number } {
  const isAspect = pixelAspect.num > 0 && pixelAspect.den > 0;
  const wide = isAspect ? Math.round((width * pixelAspect.num) / pixelAspect.den) : width;
  return rotation === 90 || rotation === 270 ? { width: height, height: wide } : { width: wide, height };
}

export function orientationOf({ width, height }: { width: number; height: number }): Orientation {
  if (width === height) return 'square';
  return width > height ? 'landscape' : 'portrait';
}
