import { describe, expect, it } from '@jest/globals';

import { step } from '../../../src/catalogue/job-type.js';
import { leaseNeeds } from '../../../src/domain/jobs/leases.js';
import { overrideSteps, type Overrides } from '../../../src/domain/jobs/overrides.js';

const CARD_MB = 16_000;
const encode = step('gpu-encode', 60, { needs: { vramMb: 4_000, encoderSessions: 1, cpuTokens: 2 } });
const analyse = step('gpu-ai', 60);
const join = step('cpu', 10);

describe('what a wish changes', () => {
  it('is nothing where it wishes nothing', () => {
    expect(overrideSteps({ encode, join }, {}, CARD_MB)).toEqual({ encode, join });
  });

  it('moves work of the GPU to the CPU, where it holds no GPU and at least one core', () => {
    const moved = overrideSteps({ encode, analyse, join }, { resourceCategory: 'cpu' }, CARD_MB);
    expect(moved).toEqual({
      encode: { ...encode, queue: 'cpu', needs: leaseNeeds({ cpuTokens: 2 }) },
      analyse: { ...analyse, queue: 'cpu', needs: leaseNeeds({ cpuTokens: 1 }) },
      join,
    });
  });

  it('may name the category that the type has', () => {
    expect(overrideSteps({ encode }, { resourceCategory: 'gpu_encode' }, CARD_MB)).toEqual({ encode });
    expect(overrideSteps({ join }, { resourceCategory: 'cpu', vramRequired: 0 }, CARD_MB)).toEqual({ join });
  });

  it('raises the VRAM of each step of the GPU, up to all of the card', () => {
    const { vramMb: _less, ...others } = encode.needs ?? leaseNeeds({});
    expect(overrideSteps({ encode, analyse, join }, { vramRequired: CARD_MB }, CARD_MB)).toEqual({
      encode: { ...encode, needs: { ...others, vramMb: CARD_MB } },
      analyse: { ...analyse, needs: leaseNeeds({ vramMb: CARD_MB }) },
      join,
    });
  });

  it('is not measured against a card that nobody knows', () => {
    const { encode: raised } = overrideSteps({ encode }, { vramRequired: 99_000 }, undefined);
    expect(raised?.needs?.vramMb).toBe(99_000);
  });

  it.each<[Overrides, string]>([
    [
      { vramRequired: 3_999 },
      'vramRequired: expected at least the 4,000 MB of VRAM that the type needs, got 3,999 MB of VRAM',
    ],
    [
      { vramRequired: 16_001 },
      'vramRequired: expected at most the 16,000 MB of VRAM of the card, got 16,001 MB of VRAM',
    ],
    [
      { vramRequired: 1, resourceCategory: 'cpu' },
      'vramRequired: expected none, since nothing of it runs on a GPU, got 1',
    ],
    [{ resourceCategory: 'gpu_ai' }, 'resourceCategory: no step of this type runs on gpu_ai'],
  ])('is refused with a sentence: %j', (overrides, sentence) => {
    expect(() => overrideSteps({ encode, join }, overrides, CARD_MB)).toThrow(sentence);
  });
});
