import type { EncodePlan } from '../../domain/media/playback-plan.js';

/** Forced at the same pictures by every encoder; by number where the rate is steady, so that segments fall on them. */
export function keyframeOptions(plan: EncodePlan): string[] {
  return plan.rate === null
    ? ['-force_key_frames', 'expr:gte(t,n_forced*2)', '-fps_mode', 'passthrough']
    : ['-force_key_frames', `expr:eq(mod(n,${plan.keyframeEvery}),0)`];
}

/** The most that it may take, and the buffer of two seconds in which that is reckoned. */
export function rateCap({ maxRate }: EncodePlan): string[] {
  return ['-maxrate', `${maxRate}k`, '-bufsize', `${maxRate * 2}k`];
}

/** kbit/s that an encoder aims at which needs a mean beside its cap. */
export function meanRate({ maxRate }: EncodePlan): number {
  return Math.round(maxRate * 0.75);
}
