import { describe, expect, it } from '@jest/globals';

import type { DownloadItem } from '../../../src/domain/acquisition/download.js';
import {
  countSeeding,
  NO_SEEDING,
  ratioOf,
  uploadedIn,
} from '../../../src/domain/acquisition/poll-seeding.js';

const MINUTE = 60_000;

function seeding(own: Partial<DownloadItem> = {}): DownloadItem {
  return {
    clientItemId: 'a',
    name: 'a',
    state: 'seeding',
    totalBytes: 1_000,
    completedBytes: 1_000,
    uploadedBytes: 0,
    downloadBytesPerSecond: 0,
    ...own,
  };
}

describe('countSeeding', () => {
  it('no. 70 aria2c killed while seeding: time and upload go on from where they were', () => {
    const first = countSeeding(NO_SEEDING, seeding({ uploadedBytes: 600 }), 0);
    const later = countSeeding(first, seeding({ uploadedBytes: 700 }), MINUTE);
    const restarted = countSeeding(later, seeding({ uploadedBytes: 50 }), 2 * MINUTE);
    expect(uploadedIn(restarted)).toBe(750);
    expect(restarted.seededMs).toBe(2 * MINUTE);
    expect(ratioOf(restarted, seeding())).toBe(0.75);
  });

  it('counts no time in which nobody looked, or in which it was not seeded', () => {
    const seen = countSeeding(NO_SEEDING, seeding(), 0);
    expect(countSeeding(seen, seeding(), 60 * MINUTE).seededMs).toBe(0);
    const stopped = countSeeding(seen, seeding({ state: 'checking' }), MINUTE);
    expect(countSeeding(stopped, seeding(), 2 * MINUTE).seededMs).toBe(0);
  });

  it('believes a client that counts longer than we have looked', () => {
    expect(countSeeding(NO_SEEDING, seeding({ seedingSeconds: 3_600 }), 0).seededMs).toBe(60 * MINUTE);
  });
});

describe('ratioOf', () => {
  it('takes the larger of the client’s own ratio and ours, and none without a size', () => {
    expect(ratioOf(NO_SEEDING, seeding({ ratio: 1.5 }))).toBe(1.5);
    expect(ratioOf(NO_SEEDING, seeding({ totalBytes: 0 }))).toBeUndefined();
  });
});
