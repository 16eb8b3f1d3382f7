import type { EncodePlan } from '../../domain/media/playback-plan.js';

/**
 * Forced at the same pictures by every encoder; by number where the rate is steady, so that segments fall on them. Times
 * are those that the filters give: FFmpeg 5 would else double the first picture of a film whose sound begins before it.
 */
export function keyframeOptions(plan: EncodePlan): string[] {
  const where = plan.rate === null ? 'gte(t,n_forced*2)' : `eq(mod(n,${plan.keyframeEvery}),0)`;
  return ['-force_key_frames', `expr:${where}`, '-fps_mode', 'passthrough'];
}

/** The most that it may take, and the buffer of two seconds in which that is reckoned. */
export function rateCap({ maxRate }: EncodePlan): string[] {
  return ['-maxrate', `${maxRate}k`, '-bufsize', `${maxRate * 2}k`];
}

/** kbit/s that an encoder aims at which needs a mean beside its cap. */
export function meanRate({ maxRate }: EncodePlan): number {
  return Math.round(maxRate * 0.75);
}
