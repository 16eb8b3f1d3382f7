import type { HardwareWay } from '../../domain/media/encode-way.js';
import type { EncodePlan } from '../../domain/media/playback-plan.js';
import type { X264Preset } from '../../domain/media/playback-wish.js';
import { keyframeOptions, rateCap } from './keyframes.js';

/** media.md §5.2. */
const PRESETS: Record<X264Preset, string> = {
  ultrafast: 'p1',
  superfast: 'p1',
  veryfast: 'p2',
  faster: 'p3',
  fast: 'p4',
  medium: 'p5',
  slow: 'p6',
  slower: 'p7',
  veryslow: 'p7',
};
const LOOKAHEAD = 20;
/** Of a frugal run: pictures that wait in the card's memory. */
const FEW_SURFACES = 8;

/** H.264 by an NVIDIA card: constant quality with a cap. */
export function nvencOptions(plan: EncodePlan, { device, frugal }: HardwareWay): string[] {
  return [
    ...['-c:v', 'h264_nvenc', '-profile:v', 'high', '-preset', PRESETS[plan.preset], '-tune', 'hq'],
    ...['-rc', 'vbr', '-cq', String(plan.crf), '-b:v', '0', ...rateCap(plan)],
    ...(frugal ? ['-surfaces', String(FEW_SURFACES)] : ['-rc-lookahead', String(LOOKAHEAD)]),
    ...(device === null ? [] : ['-gpu', device]),
    // A forced picture is else no place to begin at, and segments begin there.
    ...['-forced-idr', '1', '-g', String(plan.keyframeEvery), ...keyframeOptions(plan)],
  ];
}
