import type { EncodePlan } from '../../domain/media/playback-plan.js';
import { keyframeOptions, rateCap } from './keyframes.js';

/** H.264 in software, as every browser plays it (media.md §3.4). */
export function x264Options(plan: EncodePlan): string[] {
  return [
    ...['-c:v', 'libx264', '-profile:v', 'high', '-pix_fmt', 'yuv420p'],
    ...['-preset', plan.preset, '-crf', String(plan.crf)],
    ...rateCap(plan),
    ...keyframeOptions(plan),
  ];
}
