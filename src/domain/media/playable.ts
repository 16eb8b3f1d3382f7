import type { AudioStream, MediaSource, VideoStream } from './source.js';
import { endingOf } from './video-name.js';

/** Why browsers do not play a file as it is (media.md §3.2). */
export const UNPLAYABLE_REASONS = [
  'container',
  'index_at_end',
  'video_codec',
  'bit_depth',
  'chroma',
  'audio_codec',
] as const;

export type UnplayableReason = (typeof UNPLAYABLE_REASONS)[number];

export const VIDEO_CODECS: readonly string[] = ['h264', 'vp9', 'av1'];
export const AUDIO_CODECS: readonly string[] = ['aac', 'opus', 'mp3'];

/**
 * Whether browsers play a file as it is: H.264, VP9 or AV1 in 8-bit 4:2:0, with AAC, Opus, MP3 or no sound, in WebM or in
 * an MP4 whose index comes first. Returns all reasons why not; none: it plays.
 */
export function unplayableReasons(
  source: Pick<MediaSource, 'container' | 'fastStart' | 'audio'> & { video: VideoStream },
  filename: string,
): UnplayableReason[] {
  return [
    ...containerReasons(source, filename),
    ...videoReasons(source.video),
    ...audioReasons(source.audio),
  ];
}

/** Browsers play it, and show it as it is meant: HDR they show pale, and interlaced lines as combs. */
export function showsWell(
  source: Pick<MediaSource, 'container' | 'fastStart' | 'audio'> & { video: VideoStream },
  filename: string,
): boolean {
  const { dynamicRange, scan } = source.video;
  return unplayableReasons(source, filename).length === 0 && dynamicRange === 'sdr' && scan !== 'interlaced';
}

/** FFmpeg has one name for MP4 and QuickTime, and one for WebM and Matroska: the file's own name tells them apart. */
export function containerReasons(
  { container, fastStart }: Pick<MediaSource, 'container' | 'fastStart'>,
  filename: string,
): UnplayableReason[] {
  const [names, ending] = [container.split(','), endingOf(filename)];
  if (names.includes('webm') && ending === 'webm') return [];
  if (!names.includes('mp4') || !['mp4', 'm4v'].includes(ending)) return ['container'];
  return fastStart === false ? ['index_at_end'] : [];
}

function videoReasons({ codec, bitDepth, chroma }: VideoStream): UnplayableReason[] {
  const reasons: UnplayableReason[] = [];
  if (!VIDEO_CODECS.includes(codec)) reasons.push('video_codec');
  if (bitDepth !== 8) reasons.push('bit_depth');
  if (chroma !== '4:2:0') reasons.push('chroma');
  return reasons;
}

/** Browsers play one track: the one that is marked, else the first. */
function audioReasons(audio: readonly AudioStream[]): UnplayableReason[] {
  const played = audio.find(({ isDefault }) => isDefault) ?? audio[0];
  return played === undefined || AUDIO_CODECS.includes(played.codec) ? [] : ['audio_codec'];
}
