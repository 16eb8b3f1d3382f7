import { describe, expect, it } from '@jest/globals';

import { isBlocked, readBlocklist } from '../../../src/domain/acquisition/blocklist.js';
import {
  ACQUISITION_FAULTS,
  blocklistEntry,
  type AcquisitionFault,
} from '../../../src/domain/acquisition/blocklist-entry.js';
import { makeRelease, NOW } from './releases.js';

const DAY_MS = 86_400_000;

const entryFor = (fault: AcquisitionFault) =>
  blocklistEntry({ release: makeRelease(), fault, evidence: 'seen', source: 'download', now: NOW });

describe('blocklistEntry', () => {
  it('is written for faults of the release alone', () => {
    const writing = ACQUISITION_FAULTS.filter((fault) => entryFor(fault) !== undefined);
    expect(writing).toEqual([
      ...['corrupt_torrent', 'unpack_failed', 'missing_articles', 'password', 'wrong_content', 'drm', 'junk'],
      ...['stalled', 'by_hand'],
    ]);
  });

  it('never expires, but for a stall, which does after 30 days', () => {
    for (const fault of ACQUISITION_FAULTS) {
      const entry = entryFor(fault);
      if (entry === undefined) continue;
      expect([fault, entry.expiresAt]).toEqual([fault, fault === 'stalled' ? NOW + 30 * DAY_MS : null]);
    }
  });

  it('keeps reason, evidence, source, time and scope, and blocks what it is about', () => {
    const entry = entryFor('password');
    expect(entry).toMatchObject({
      ...{ reason: 'password', evidence: 'seen', source: 'download', scope: 'item', createdAt: NOW },
    });
    expect(isBlocked(makeRelease(), readBlocklist(entry === undefined ? [] : [entry], NOW))).toBe(true);
  });
});
