import { describe, expect, it } from '@jest/globals';

import { concludeSearch, type IndexerAnswer } from '../../../src/domain/acquisition/conclude-search.js';
import { decide } from '../../../src/domain/acquisition/decide.js';
import type { Release } from '../../../src/domain/acquisition/release.js';
import { makeInput, makeRelease, NOW } from './releases.js';

const ok: IndexerAnswer = { name: 'Alpha', outcome: 'ok' };
const limited: IndexerAnswer = {
  name: 'Beta',
  outcome: 'throttled',
  detail: 'HTTP 429: too many requests',
  retryAt: NOW + 90_000,
};

function conclude(answers: IndexerAnswer[], releases: Release[] = []) {
  return concludeSearch({ answers, decision: decide(makeInput(releases)), now: NOW });
}

describe('concludeSearch', () => {
  it('says that there is nothing only when every indexer answered cleanly', () => {
    expect(conclude([ok])).toMatchObject({ conclusion: 'no_release', retryAfterMs: null });
    expect(conclude([ok, limited])).toMatchObject({ conclusion: 'incomplete', retryAfterMs: 90_000 });
    expect(conclude([ok, { name: 'Beta', outcome: 'disabled' }])).toMatchObject({
      conclusion: 'incomplete',
      retryAfterMs: null,
    });
  });

  it('names the indexers that did not answer, and why', () => {
    expect(conclude([ok, limited]).detail).toBe(
      '1 of 2 indexers gave no clean answer (Beta: HTTP 429: too many requests).',
    );
  });

  it('waits for the first indexer that may be asked again, and never less than nothing', () => {
    const later = { ...limited, name: 'Gamma', retryAt: NOW + 600_000 };
    expect(conclude([later, limited]).retryAfterMs).toBe(90_000);
    expect(conclude([{ ...limited, retryAt: NOW - 5_000 }]).retryAfterMs).toBe(0);
  });

  it('says so where no indexer is enabled', () => {
    expect(conclude([]).conclusion).toBe('no_indexer');
  });

  it('is accepted with one fitting release, though an indexer was silent', () => {
    expect(conclude([ok, limited], [makeRelease()])).toMatchObject({
      conclusion: 'accepted',
      retryAfterMs: null,
    });
  });

  it('tells the most frequent reasons for refusals', () => {
    const releases = [
      makeRelease({ guid: 'a', title: 'Isaac Asimov - Foundation and Empire M4B' }),
      makeRelease({ guid: 'b', title: 'Isaac Asimov - Second Foundation M4B' }),
      makeRelease({ guid: 'c', seeders: 0 }),
    ];
    const concluded = conclude([ok], releases);
    expect(concluded).toMatchObject({
      conclusion: 'no_release',
      rejections: [
        { code: 'TITLE_MISMATCH', count: 2 },
        { code: 'MIN_SEEDERS', count: 1 },
      ],
      recheckAt: '2026-03-01T18:00:00.000Z',
    });
    expect(concluded.detail).toContain('TITLE_MISMATCH 2×');
  });

  it('promises no second look where a release is refused for good as well', () => {
    const gone = makeRelease({ seeders: 0, title: 'Isaac Asimov - Foundation (Abridged) M4B' });
    expect(conclude([ok], [gone]).recheckAt).toBeNull();
  });
});
