import type { HardwareWay } from '../../domain/media/encode-way.js';
import type { EncodePlan } from '../../domain/media/playback-plan.js';
import type { X264Preset } from '../../domain/media/playback-wish.js';
import { keyframeOptions, meanRate, rateCap } from './keyframes.js';

/** It has seven, of x264's names. */
const PRESETS: Record<X264Preset, string> = {
  ultrafast: 'veryfast',
  superfast: 'veryfast',
  veryfast: 'veryfast',
  faster: 'faster',
  fast: 'fast',
  medium: 'medium',
  slow: 'slow',
  slower: 'slower',
  veryslow: 'veryslow',
};

/** H.264 by Intel Quick Sync: with a mean and a cap beside it, its quality is that of QVBR. */
export function qsvOptions(plan: EncodePlan, { rateControl, frugal }: HardwareWay): string[] {
  const quality = rateControl === 'quality' ? ['-global_quality', String(plan.crf)] : [];
  return [
    ...['-c:v', 'h264_qsv', '-profile:v', 'high', '-preset', PRESETS[plan.preset]],
    ...[...quality, '-b:v', `${meanRate(plan)}k`, ...rateCap(plan)],
    ...(frugal ? ['-async_depth', '1'] : []),
    ...['-forced_idr', '1', '-g', String(plan.keyframeEvery), ...keyframeOptions(plan)],
  ];
}
