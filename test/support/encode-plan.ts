import type { EncodePlan } from '../../src/domain/media/playback-plan.js';

/** A plain film of 720 lines. */
export const ENCODE_PLAN: EncodePlan = {
  size: { width: 1280, height: 720 },
  isSameSize: false,
  rate: { num: 25, den: 1 },
  beginsAt: 0,
  deinterlace: false,
  toneMap: false,
  colorMatrix: 'bt709',
  fullRange: false,
  crf: 23,
  preset: 'medium',
  maxRate: 3_000,
  keyframeEvery: 50,
};
