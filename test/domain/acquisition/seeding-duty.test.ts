import { describe, expect, it } from '@jest/globals';

import { isDutyMet, seedingDuty } from '../../../src/domain/acquisition/seeding-duty.js';

const none = { ratio: null, minutes: null };

describe('seedingDuty', () => {
  it('no. 57 hit and run: owes the larger of what is configured and what the indexer states', () => {
    expect(
      seedingDuty({ configured: { ratio: 1, minutes: 60 }, stated: { ratio: 0.5, seconds: 259_200 } }),
    ).toEqual({ ratio: 1, seconds: 259_200 });
    expect(seedingDuty({ configured: none, stated: { seconds: 10 } })).toEqual({ ratio: null, seconds: 10 });
  });

  it('owes nothing where nobody says anything, and nothing of the kind that is 0', () => {
    expect(seedingDuty({ configured: none, stated: {} })).toBeUndefined();
    expect(seedingDuty({ configured: none, stated: { ratio: 0, seconds: 0 } })).toBeUndefined();
    expect(seedingDuty({ configured: { ratio: 0, minutes: 5 }, stated: {} })).toEqual({
      ratio: null,
      seconds: 300,
    });
  });

  it('never ends where both are configured as 0, whatever the indexer states', () => {
    const duty = seedingDuty({ configured: { ratio: 0, minutes: 0 }, stated: { ratio: 1, seconds: 60 } });
    expect(duty).toEqual({ ratio: null, seconds: null });
    expect(isDutyMet({ ratio: null, seconds: null, seededSeconds: 1e9 }, { ratio: 100 })).toBe(false);
  });
});

describe('isDutyMet', () => {
  const both = { ratio: 1, seconds: 100, seededSeconds: 100 };

  it('wants both where both are owed', () => {
    expect(isDutyMet(both, { ratio: 1 })).toBe(true);
    expect(isDutyMet(both, { ratio: 0.9 })).toBe(false);
    expect(isDutyMet({ ...both, seededSeconds: 99 }, { ratio: 2 })).toBe(false);
  });

  it('does not take an unknown ratio for a met one', () => {
    expect(isDutyMet(both, { ratio: undefined })).toBe(false);
    expect(isDutyMet({ ...both, ratio: null }, { ratio: undefined })).toBe(true);
  });
});
