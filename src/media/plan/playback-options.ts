import type { EncodeWay } from '../../domain/media/encode-way.js';
import type { AudioPlan, PlaybackPlan } from '../../domain/media/playback-plan.js';
import { pictureOptions } from './picture-options.js';

/** Places and makes of cameras have no business in a copy that others see (media.md §3.4). */
const PRIVATE = ['location', 'location-eng', 'com.apple.quicktime.location.ISO6709', 'make', 'model'];
/** Fills gaps and drifts of the source, from the time 0 on (media.md §3 "AUD"). */
const AUD = 'aresample=48000:async=1:first_pts=0,aformat=sample_fmts=fltp:channel_layouts=stereo';

export const MP4_OPTIONS = [
  '-f',
  'mp4',
  '-movflags',
  '+faststart',
  '-max_muxing_queue_size',
  '9999',
] as const;

/**
 * One FFmpeg that does all: copies, short films, and what must not be cut into segments. `input` goes before its
 * source.
 */
export function wholeOptions(
  plan: PlaybackPlan,
  way: EncodeWay = { encoder: 'software' },
): { input: string[]; output: string[] } {
  const picture = videoOptions(plan, way);
  return { input: picture.input, output: outputOptions(plan, picture.output) };
}

function outputOptions(plan: PlaybackPlan, picture: string[]): string[] {
  return [
    ...['-map', `0:${plan.video.index}`, ...picture],
    ...plan.audio.flatMap(({ index }) => ['-map', `0:${index}`]),
    ...plan.subtitles.flatMap(({ index }) => ['-map', `0:${index}`]),
    ...audioOptions(plan.audio),
    ...subtitleOptions(plan),
    ...describing(0),
    ...MP4_OPTIONS,
  ];
}

function videoOptions({ video }: PlaybackPlan, way: EncodeWay): { input: string[]; output: string[] } {
  if (video.kind === 'copy') return { input: [], output: ['-c:v', 'copy'] };
  const { input, filter, encoder } = pictureOptions(video, way);
  return { input, output: ['-filter:v', filter(), ...encoder] };
}

/** What is done to each sound track, in the order in which they are mapped. */
export function audioOptions(tracks: AudioPlan[]): string[] {
  return tracks.flatMap((track, at) => [
    ...(track.kind === 'copy'
      ? [`-c:a:${at}`, 'copy']
      : [`-c:a:${at}`, 'aac', `-b:a:${at}`, `${track.kbits}k`, `-filter:a:${at}`, AUD]),
    ...[`-disposition:a:${at}`, at === 0 ? 'default' : '0'],
    ...labels(`s:a:${at}`, track),
  ]);
}

export function subtitleOptions({ subtitles }: PlaybackPlan): string[] {
  return subtitles.flatMap((track, at) => [
    ...[`-c:s:${at}`, 'mov_text'],
    ...[`-disposition:s:${at}`, track.isForced ? 'forced' : '0'],
    ...labels(`s:s:${at}`, track),
  ]);
}

function labels(
  stream: string,
  { language, title }: { language: string | null; title: string | null },
): string[] {
  return [
    ...(language === null ? [] : [`-metadata:${stream}`, `language=${language}`]),
    ...(title === null ? [] : [`-metadata:${stream}`, `title=${title}`]),
  ];
}

/** Title and chapters of the `input`th file, without what is private. */
export function describing(input: number): string[] {
  return [
    ...['-map_metadata', String(input), '-map_chapters', String(input)],
    ...PRIVATE.flatMap((name) => ['-metadata', `${name}=`]),
  ];
}
