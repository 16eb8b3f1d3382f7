import { judgeFields, mayBeInterlaced, type FieldCount } from '../../domain/media/fields.js';
import { sourceLength } from '../../domain/media/length.js';
import type { MediaSource, VideoStream } from '../../domain/media/source.js';
import type { MediaTools } from '../tools.js';
import { countFieldsOf } from './count-fields.js';

interface Shown {
  hostPath: string;
  /** As its headers have it. */
  said: MediaSource;
  signal: AbortSignal;
  /** Hears where its pictures show another thing. */
  log: (level: 'info', message: string, fields: FieldCount) => void;
}

/**
 * The same source, with what its pictures show where they are clear: whether it is interlaced (media.md §3.4).
 * @throws as countFieldsOf
 */
export async function asPicturesShow(
  tools: Pick<MediaTools, 'run'>,
  { hostPath, said, signal, log }: Shown,
): Promise<MediaSource> {
  const { video } = said;
  if (video === null || !mayBeInterlaced(video)) return said;
  const { seconds } = sourceLength(said);
  const fields = await countFieldsOf(tools, { hostPath, index: video.index, seconds, signal });
  const scan = judgeFields(fields);
  if (scan === 'unknown' || scan === video.scan) return said;
  log('info', `its pictures are ${scan}, its header says ${video.scan}`, fields);
  return { ...said, video: { ...video, scan } satisfies VideoStream };
}
