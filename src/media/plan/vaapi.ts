import type { HardwareWay } from '../../domain/media/encode-way.js';
import type { EncodePlan } from '../../domain/media/playback-plan.js';
import type { X264Preset } from '../../domain/media/playback-wish.js';
import { keyframeOptions, meanRate, rateCap } from './keyframes.js';

/** It has no presets but levels: 1 is the best, 7 the fastest; a driver without them says so and goes on. */
const LEVELS: Record<X264Preset, number> = {
  ultrafast: 7,
  superfast: 7,
  veryfast: 6,
  faster: 5,
  fast: 4,
  medium: 4,
  slow: 3,
  slower: 2,
  veryslow: 1,
};

/** H.264 by VAAPI: quality with a cap (QVBR), or a mean with a cap where the driver has no such mode. */
export function vaapiOptions(plan: EncodePlan, { rateControl, frugal }: HardwareWay): string[] {
  const control =
    rateControl === 'quality' ? ['-rc_mode', 'QVBR', '-qp', String(plan.crf)] : ['-rc_mode', 'VBR'];
  return [
    ...['-c:v', 'h264_vaapi', '-profile:v', 'high', '-compression_level', String(LEVELS[plan.preset])],
    ...[...control, '-b:v', `${meanRate(plan)}k`, ...rateCap(plan)],
    ...(frugal ? ['-async_depth', '1'] : []),
    ...['-g', String(plan.keyframeEvery), ...keyframeOptions(plan)],
  ];
}
