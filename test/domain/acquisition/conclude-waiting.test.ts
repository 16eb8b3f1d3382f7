import { describe, expect, it } from '@jest/globals';

import { concludeSearch } from '../../../src/domain/acquisition/conclude-search.js';
import { decide, type DecisionInput } from '../../../src/domain/acquisition/decide.js';
import { DEFAULT_DELAY_PROFILE } from '../../../src/domain/acquisition/delay-profile.js';
import type { Release } from '../../../src/domain/acquisition/release.js';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const MINUTE = 60_000;

const release = (own: Partial<Release> = {}): Release => ({
  indexerId: 'one',
  guid: 'a',
  title: 'Isaac Asimov - Foundation [M4B]',
  protocol: 'torrent',
  sizeBytes: 300 * 1_048_576,
  categories: [3030],
  seeders: 20,
  freeleech: false,
  ...own,
});

const input = (own: Partial<DecisionInput> = {}): DecisionInput => ({
  item: { mediaType: 'audiobook', title: 'Foundation', author: 'Isaac Asimov' },
  releases: [release()],
  indexers: [{ id: 'one', name: 'One', priority: 25, minimumSeeders: 1 }],
  blocklist: [],
  grabbed: [],
  protocols: ['torrent', 'usenet'],
  now: NOW,
  ...own,
});

const conclude = (own: Partial<DecisionInput> = {}, outcome: 'ok' | 'error' = 'ok') =>
  concludeSearch({
    answers: [{ name: 'One', outcome, retryAt: null }],
    decision: decide(input(own)),
    now: NOW,
  });

const client = { id: 'c', name: 'aria2', protocol: 'torrent' as const, isUp: true };
const delay = { profile: { ...DEFAULT_DELAY_PROFILE, name: 'Evening', torrentDelay: 60 } };

describe('a search that found something which has to wait', () => {
  it('says that it waits for a better one, and until when', () => {
    expect(conclude({ delay })).toMatchObject({ conclusion: 'delayed', retryAfterMs: 60 * MINUTE });
    const later = { ...delay, pendingSince: NOW - 45 * MINUTE };
    expect(conclude({ delay: later })).toMatchObject({ conclusion: 'delayed', retryAfterMs: 15 * MINUTE });
    expect(conclude({ delay: later }).detail).toContain('"Isaac Asimov - Foundation [M4B]" waits until');
    expect(conclude({ delay: { ...delay, pendingSince: NOW - 60 * MINUTE } }).conclusion).toBe('accepted');
    expect(conclude({ delay, mode: 'invoked' }).conclusion).toBe('accepted');
  });

  it.each([
    ['disk_full', { circumstances: { clients: [{ ...client, freeBytes: 1_000 }] } }],
    ['client_unreachable', { circumstances: { clients: [{ ...client, isUp: false }] } }],
    ['mount_gone', { circumstances: { target: { name: 'Books', isOnline: false } } }],
  ])('is held by its surroundings, and no indexer is asked for that: %s', (waitsFor, own) => {
    expect(conclude(own)).toMatchObject({ conclusion: 'held', waitsFor, retryAfterMs: 5 * MINUTE });
  });

  it('is held until its indexer lets more be fetched, and also where another indexer did not answer', () => {
    const grabs = { used: 3, limit: 3, until: NOW + 90 * MINUTE };
    const indexers = [{ id: 'one', name: 'One', priority: 25, minimumSeeders: 1, grabs }];
    const held = { conclusion: 'held', waitsFor: 'indexer_backoff', retryAfterMs: 90 * MINUTE };
    expect(conclude({ indexers })).toMatchObject(held);
    expect(conclude({ indexers }, 'error')).toMatchObject(held);
  });

  it('is nothing of this for what is refused for good or lacks seeders', () => {
    expect(conclude({ releases: [release({ seeders: 0 })] }).conclusion).toBe('no_release');
    const other = [release({ title: 'Somebody Else - Another Book [M4B]' })];
    const full = { clients: [{ ...client, freeBytes: 1_000 }] };
    expect(conclude({ releases: other, circumstances: full }).conclusion).toBe('no_release');
  });
});
