import type { BookTags } from '../../domain/acquisition/book-tags.js';
import type { FfmpegRun } from '../ffmpeg/run.js';
import type { TagFormat } from './tag-format.js';

/** All streams and tags as they are, but for the tags given; each value is an argument of its own (acquisition.md §8 no. 49). */
export function tagRun({
  source,
  output,
  format,
  tags,
  more = [],
}: {
  source: string;
  output: string;
  format: TagFormat;
  tags: BookTags;
  /** Of the format's own. */
  more?: readonly string[];
}): Pick<FfmpegRun, 'inputs' | 'output' | 'options'> {
  const option = format.place === 'sound' ? '-metadata:s:a:0' : '-metadata';
  return {
    inputs: [{ path: source }],
    output,
    options: [
      // The titles of an MP4's chapters are a stream of data, which FFmpeg makes anew and refuses to copy.
      ...['-map', '0', '-map', '-0:d?', '-c', 'copy', '-map_metadata', '0'],
      ...Object.entries(tags).flatMap(([name, value]) => [option, `${name}=${value}`]),
      // Else it tells its own name as the encoder's.
      ...['-fflags', '+bitexact'],
      ...(format.family === 'mp4' ? ['-movflags', '+faststart'] : []),
      ...[...more, '-f', format.muxer],
    ],
  };
}
