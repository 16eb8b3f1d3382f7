import { languageKey } from './languages.js';
import { agrees } from './length.js';
import type { AudioPlan, PlaybackPlan } from './playback-plan.js';
import type { MediaSource, VideoStream } from './source.js';

/** Less than this is no film, bytes (media.md V1). */
const LEAST_BYTES = 4 * 1_024;

/** Of H.264; presets that are fast do without what would make it High. */
const PROFILES = new Set(['Constrained Baseline', 'Baseline', 'Main', 'High', 'Constrained High']);

export interface ExpectedPlayback {
  plan: PlaybackPlan;
  /** Pictures that were encoded and counted; undefined where they were not. */
  frames?: number;
}

/**
 * Holds what was made against what was planned (media.md §4, V1 to V6 and V8). Each line says what was expected and what
 * came; none: it is as planned.
 */
export function differencesFrom({ plan, frames }: ExpectedPlayback, made: MediaSource): string[] {
  const { video } = made;
  if (video === null) return ['expected a picture that plays, there is none'];
  return [
    ...(made.sizeBytes < LEAST_BYTES ? [`expected a film, it has ${made.sizeBytes} bytes`] : []),
    ...(/\bmp4\b/.test(made.container) ? [] : [`expected MP4, it is ${made.container}`]),
    ...(made.fastStart === true ? [] : ['expected its index at its front']),
    ...differentStreams(plan, made),
    ...differentLength(plan, made),
    ...differentPicture(plan, video),
    ...(frames !== undefined && video.frames !== frames
      ? [`expected ${frames} pictures, it has ${video.frames ?? 'an unknown number'}`]
      : []),
  ];
}

function differentStreams(plan: PlaybackPlan, made: MediaSource): string[] {
  const wanted = plan.audio.map(sayAudio);
  const got = made.audio.map(({ codec, language }) => say(codec, language));
  const subtitles = plan.subtitles.map(({ language }) => say('mov_text', language));
  const texts = made.subtitles.map(({ codec, language }) => say(codec, language));
  const first = made.audio[0];
  return [
    ...different('sound', wanted, got),
    ...different('subtitles', subtitles, texts),
    ...(first?.isDefault === false ? ['expected its first sound to play by default'] : []),
  ];
}

function different(what: string, wanted: string[], got: string[]): string[] {
  if (wanted.join() === got.join()) return [];
  return [`expected ${what} ${wanted.join(', ') || 'of none'}, it has ${got.join(', ') || 'none'}`];
}

function sayAudio(track: AudioPlan): string {
  return say(track.kind === 'copy' ? track.codec : 'aac', track.language);
}

function say(codec: string, language: string | null): string {
  return language === null ? codec : `${codec} (${languageKey(language)})`;
}

function differentLength({ seconds, endSeconds }: PlaybackPlan, { duration }: MediaSource): string[] {
  const { lastVideoPacket, lastPacket } = duration;
  return [
    ...differentTime('a picture', seconds, lastVideoPacket),
    ...differentTime('a file', endSeconds, lastPacket),
  ];
}

function differentTime(what: string, wanted: number | null, got: number | null): string[] {
  if (wanted === null || (got !== null && agrees(got, wanted))) return [];
  return [
    `expected ${what} of ${wanted.toFixed(1)} s, its end is at ${got === null ? 'none' : got.toFixed(1)} s`,
  ];
}

/** Of the picture alone. */
export function differentPicture({ video: plan }: Pick<PlaybackPlan, 'video'>, made: VideoStream): string[] {
  if (plan.kind === 'copy')
    return made.codec === plan.codec ? [] : [`expected ${plan.codec}, it is ${made.codec}`];
  const { size } = plan;
  const wanted = [
    ...['h264', `${size.width}x${size.height}`, 'yuv420p', '1:1', 'upright'],
    ...['tv', 'bt709', 'bt709', 'bt709'],
  ].join(' ');
  const { color } = made;
  const got = [
    ...[made.codec, `${made.width}x${made.height}`, made.pixelFormat],
    ...[`${made.pixelAspect.num}:${made.pixelAspect.den}`, made.rotation === 0 ? 'upright' : 'turned'],
    ...[color.range, color.primaries, color.transfer, color.space].map(String),
  ].join(' ');
  const profile = made.profile ?? 'none';
  return [
    ...(wanted === got ? [] : [`expected the picture as ${wanted}, it is ${got}`]),
    ...(PROFILES.has(profile) ? [] : [`expected a profile that browsers play, it is ${profile}`]),
  ];
}
