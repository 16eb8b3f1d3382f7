import { describe, expect, it } from '@jest/globals';

import type { AudioPlan, PlaybackPlan, VideoPlan } from '../../../src/domain/media/playback-plan.js';
import { playbackBytes, soundBytes } from '../../../src/domain/media/playback-size.js';
import { ENCODE_PLAN } from '../../support/encode-plan.js';

const encode: VideoPlan = { index: 0, kind: 'encode', ...ENCODE_PLAN, maxRate: 5_000 };
const copy: VideoPlan = { index: 0, kind: 'copy', codec: 'h264' };
const stereo: AudioPlan = { index: 1, kind: 'encode', kbits: 128, language: null, title: null };
const kept: AudioPlan = { index: 1, kind: 'copy', codec: 'aac', language: null, title: null };

const plan = (own: Partial<PlaybackPlan>): PlaybackPlan => ({
  ...{ decision: { action: 'both', video: [], audio: [], container: [] }, video: encode, audio: [stereo] },
  ...{ subtitles: [], dropped: [], notes: [], seconds: 3_600, endSeconds: 3_600, ...own },
});

const GB = 1e9;

describe('the room that a playback file is given', () => {
  it('is what its cap of the rate allows, with a margin', () => {
    expect(playbackBytes(plan({}), 40 * GB)).toBe(Math.round(5_128 * 125 * 3_600 * 1.3) + 1_000_000);
  });

  it('is no more than twice what the source takes', () => {
    expect(playbackBytes(plan({}), 0.2 * GB)).toBe(0.2 * GB * 2 * 1.3 + 1_000_000);
  });

  it('follows the source where nothing is encoded, or nobody knows its length', () => {
    expect(playbackBytes(plan({ video: copy }), GB)).toBe(1.3 * GB);
    expect(playbackBytes(plan({ seconds: null }), GB)).toBe(2.6 * GB + 1_000_000);
  });

  it('of the sound alone is small, whatever the picture takes', () => {
    expect(soundBytes(plan({}), 40 * GB)).toBe(Math.round(128 * 125 * 3_600 * 1.3) + 1_000_000);
    expect(soundBytes(plan({ audio: [kept, stereo] }), 40 * GB)).toBe(
      Math.round(768 * 125 * 3_600 * 1.3) + 1_000_000,
    );
  });
});
