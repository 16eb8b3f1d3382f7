import { describe, expect, it } from '@jest/globals';

import { blameOf } from '../../../src/domain/acquisition/blame.js';

describe('the reason under which a release is blocked', () => {
  it.each([
    ['download', 'Aborted, cannot be completed: 12 articles are missing', 'missing_articles'],
    ['download', 'Repair failed, not enough repair blocks', 'missing_articles'],
    ['download', 'Unpacking failed, the archive is broken', 'unpack_failed'],
    ['download', 'Wrong password for the archive', 'password'],
    ['download', 'the client says that the release is bad', 'corrupt_torrent'],
    ['import', 'expected playable audio, "a.aax" is encrypted', 'drm'],
    ['import', 'The download has no media file among 3 files', 'junk'],
    ['import', '2 of 2 files have no sound', 'wrong_content'],
    ['manual', 'Expected about 3600 s of sound, got 60 s', 'by_hand'],
  ] as const)('is told by stage and words: %s, %s', (stage, evidence, reason) => {
    expect(blameOf(stage, evidence)).toBe(reason);
  });
});
