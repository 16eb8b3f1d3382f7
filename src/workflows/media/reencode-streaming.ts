import type { MadePlayback, ReencodeSteps } from '../../activities/media/reencode-steps.js';
import type { Encoder } from '../../domain/media/encode-way.js';
import type { PlaybackResult, PlaybackWork } from '../../domain/media/playback-work.js';
import type { PlaybackWish } from '../../domain/media/playback-wish.js';
import type { Job } from '../jobs/job.js';

export interface ReencodeParams extends PlaybackWish {
  videoId: string;
  outputPath?: string;
  force: boolean;
  encoder: 'auto' | Encoder;
}

/** Decides first; encodes what has to be, in segments where that can be; publishes what has passed its checks. */
export async function reencode_streaming(job: Job<ReencodeParams>): Promise<PlaybackResult> {
  const { lookAtVideo, recordPlayback } = job.steps<ReencodeSteps>();
  const looked = await lookAtVideo(job.params);
  if (looked.kind === 'done') return looked.result;
  const { work } = looked;
  job.compensation.push('removePlayback', { work });
  return recordPlayback({ work, made: await make(job, work) });
}

async function make(job: Job<ReencodeParams>, work: PlaybackWork): Promise<MadePlayback> {
  const { copyPlayback, encodeSound, encodeVideo, joinPlayback } = job.steps<ReencodeSteps>();
  if (work.plan.video.kind === 'copy') return copyPlayback({ work });
  const encoded = await encodeVideo({ work });
  if (encoded.kind === 'whole') return encoded.made;
  await encodeSound({ work });
  const { checkpoint, encoding } = encoded;
  return joinPlayback({ work, checkpoint, ...(encoding === undefined ? {} : { encoding }) });
}
