import type { EncodeWay, HardwareWay } from '../../domain/media/encode-way.js';
import type { EncodePlan } from '../../domain/media/playback-plan.js';
import { nvencOptions } from './nvenc.js';
import { qsvOptions } from './qsv.js';
import { vaapiOptions } from './vaapi.js';
import { cardFilter, videoFilter } from './video-filter.js';
import { x264Options } from './x264.js';

/** All that FFmpeg is told of an encoded picture, by the way that it goes. */
export interface PictureOptions {
  /** Before its source: devices, and who decodes. */
  input: string[];
  /** For `-filter:v`; `lateSeconds` as in `videoFilter`. */
  filter: (lateSeconds?: number) => string;
  encoder: string[];
}

/** One builder a vendor: an option of one is never given to another (media.md §7 no. 27). */
export function pictureOptions(plan: EncodePlan, way: EncodeWay): PictureOptions {
  if (way.encoder === 'software')
    return { input: [], filter: (late) => videoFilter(plan, late), encoder: x264Options(plan) };
  return {
    input: [...deviceOptions(way), ...(way.decode === 'hardware' ? decoderOptions(way) : [])],
    filter: (late) => [filterOf(plan, way, late), ...upload(way)].join(','),
    encoder: encoderOptions(plan, way),
  };
}

function encoderOptions(plan: EncodePlan, way: HardwareWay): string[] {
  switch (way.encoder) {
    case 'nvenc':
      return nvencOptions(plan, way);
    case 'qsv':
      return qsvOptions(plan, way);
    case 'vaapi':
      return vaapiOptions(plan, way);
  }
}

function filterOf(plan: EncodePlan, way: HardwareWay, lateSeconds: number | undefined): string {
  return way.frames === 'card' ? cardFilter(plan, way.encoder, lateSeconds) : videoFilter(plan, lateSeconds);
}

/** `card` encodes; Quick Sync stands on a VAAPI device of the same card, which decodes for it. */
function deviceOptions({ encoder, device }: HardwareWay): string[] {
  const node = device === null ? '' : `:${device}`;
  switch (encoder) {
    case 'nvenc':
      return [];
    case 'qsv':
      return [
        ...['-init_hw_device', `vaapi=decoder${node}`, '-init_hw_device', 'qsv=card@decoder'],
        ...['-filter_hw_device', 'card'],
      ];
    case 'vaapi':
      return ['-init_hw_device', `vaapi=card${node}`, '-filter_hw_device', 'card'];
  }
}

function decoderOptions({ encoder, device, frames, frugal }: HardwareWay): string[] {
  const few = frugal && frames === 'card' ? ['-extra_hw_frames', '2'] : [];
  const stay = (format: string): string[] =>
    frames === 'card' ? ['-hwaccel_output_format', format, ...few] : few;
  switch (encoder) {
    case 'nvenc':
      return ['-hwaccel', 'cuda', ...(device === null ? [] : ['-hwaccel_device', device]), ...stay('cuda')];
    case 'qsv':
      return ['-hwaccel', 'vaapi', '-hwaccel_device', 'decoder', ...stay('vaapi')];
    case 'vaapi':
      return ['-hwaccel', 'vaapi', '-hwaccel_device', 'card', ...stay('vaapi')];
  }
}

/** NVENC takes pictures from memory itself. */
function upload({ encoder, frames, frugal }: HardwareWay): string[] {
  switch (encoder) {
    case 'nvenc':
      return [];
    case 'qsv':
      return frames === 'card'
        ? ['hwmap=derive_device=qsv', 'format=qsv']
        : ['format=nv12', `hwupload=extra_hw_frames=${frugal ? 8 : 64}`];
    case 'vaapi':
      return frames === 'card' ? [] : ['format=nv12', 'hwupload'];
  }
}
