import type { TagFamily } from '../../domain/acquisition/book-tags.js';
import type { MediaDescription } from '../probe-output.js';

/** How FFmpeg writes tags into a file without touching its sound. */
export interface TagFormat {
  family: TagFamily;
  muxer: 'ipod' | 'mp4' | 'mp3' | 'flac' | 'ogg' | 'opus';
  /** Ogg keeps tags with its sound, all others with the whole. */
  place: 'file' | 'sound';
}

const EXTENSIONS = /\.(?:m4b|m4a|mp4|mp3|flac|ogg|oga|opus)$/i;

/** By its name: whether its format is one of those that take tags. */
export function mayTakeTags(name: string): boolean {
  return EXTENSIONS.test(name);
}

/** By what is in it; undefined where FFmpeg writes no tags, or would lose something. */
export function tagFormat({
  container,
  streams,
  hasCover,
}: Pick<MediaDescription, 'container' | 'streams' | 'hasCover'>): TagFormat | undefined {
  const codec = streams.find(({ type }) => type === 'audio')?.codec ?? '';
  const [first] = container.split(',');
  switch (first) {
    case 'mov':
      // The one with Apple's brand takes no other sound.
      return { family: 'mp4', muxer: ['aac', 'alac'].includes(codec) ? 'ipod' : 'mp4', place: 'file' };
    case 'mp3':
    case 'flac':
      return { family: 'other', muxer: first, place: 'file' };
    case 'ogg':
      // FFmpeg reads a cover there, and cannot write one.
      return hasCover
        ? undefined
        : { family: 'other', muxer: codec === 'opus' ? 'opus' : 'ogg', place: 'sound' };
    case undefined:
    default:
      return undefined;
  }
}
