import type { EncodePlan } from '../../domain/media/playback-plan.js';

/** H.264 in software, as every browser plays it (media.md §3.4). */
export function x264Options(plan: EncodePlan): string[] {
  return [
    ...['-c:v', 'libx264', '-profile:v', 'high', '-pix_fmt', 'yuv420p'],
    ...['-preset', plan.preset, '-crf', String(plan.crf)],
    ...['-maxrate', `${plan.maxRate}k`, '-bufsize', `${plan.maxRate * 2}k`],
    ...(plan.rate === null
      ? ['-force_key_frames', 'expr:gte(t,n_forced*2)', '-fps_mode', 'passthrough']
      : ['-force_key_frames', `expr:eq(mod(n,${plan.keyframeEvery}),0)`]),
  ];
}
