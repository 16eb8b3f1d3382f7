import { segmentSeconds, type SegmentCheckpoint, type SegmentGrid } from '../../domain/media/segments.js';
import type { PlaybackPlan } from '../../domain/media/playback-plan.js';
import { concatList } from '../concat-list.js';
import type { FfmpegRun } from '../ffmpeg/run.js';
import { audioOptions, describing, MP4_OPTIONS, subtitleOptions } from '../plan/playback-options.js';
import { segmentName } from './segment-files.js';

/** The list of a job's segments, to be written beside them: each lasts as long as its pictures, to the microsecond. */
export function segmentList(grid: SegmentGrid, { finished, frames }: SegmentCheckpoint): string {
  const whole = (finished - 1) * grid.frames;
  return concatList(
    Array.from({ length: finished }, (_, index) => ({
      name: segmentName(index),
      durationSeconds: segmentSeconds(grid, index < finished - 1 ? grid.frames : frames - whole),
    })),
  );
}

export interface JoinFiles {
  list: string;
  /** All sound, made in one go; undefined without any. */
  sound: string | undefined;
  source: string;
  output: string;
}

/** Sound alone, every track as planned: it needs no GPU and is never cut. */
export function soundRun(
  plan: PlaybackPlan,
  { source, output }: Pick<JoinFiles, 'source' | 'output'>,
): Pick<FfmpegRun, 'inputs' | 'output' | 'options'> {
  return {
    inputs: [{ path: source }],
    output,
    options: [
      ...plan.audio.flatMap(({ index }) => ['-map', `0:${index}`]),
      ...audioOptions(plan.audio),
      ...['-map_metadata', '-1', '-map_chapters', '-1', '-f', 'mp4'],
    ],
  };
}

/** Segments, sound, subtitles, chapters and tags into one MP4, by copy. */
export function joinRun(
  plan: PlaybackPlan,
  grid: SegmentGrid,
  { list, sound, source }: Omit<JoinFiles, 'output'>,
): Pick<FfmpegRun, 'inputs' | 'options'> {
  if (plan.video.kind === 'copy') throw new Error('a copied picture has no segments');
  const described = sound === undefined ? 1 : 2;
  const offset = ['-itsoffset', plan.video.beginsAt.toFixed(6)];
  return {
    inputs: [
      { path: list, formats: ['concat'], options: [...offset, '-f', 'concat', '-safe', '0'] },
      ...(sound === undefined ? [] : [{ path: sound }]),
      { path: source },
    ],
    options: [
      ...['-map', '0:v:0', '-c:v', 'copy', ...(sound === undefined ? [] : ['-map', '1:a'])],
      ...plan.subtitles.flatMap(({ index }) => ['-map', `${described}:${index}`]),
      ...labelsOf(plan),
      ...subtitleOptions(plan),
      ...describing(described),
      ...['-video_track_timescale', String(timeScale(grid))],
      ...MP4_OPTIONS,
    ],
  };
}

/** Disposition, language and title, which the copy of the sound alone does not carry over. */
function labelsOf({ audio }: PlaybackPlan): string[] {
  return audioOptions(audio.map((track) => ({ ...track, kind: 'copy', codec: 'aac' })));
}

/** A multiple of the rate, so that each picture lasts a whole number of ticks: 90 kHz is too coarse for 23.976. */
function timeScale({ rate: { num } }: SegmentGrid): number {
  return num * Math.max(1, Math.ceil(10_000 / num));
}
