import { describe, expect, it } from '@jest/globals';

import { REQUEST_STATES } from '../../../src/domain/acquisition/request-state.js';
import { eventOf, NOTICE_EVENTS } from '../../../src/domain/notices/event.js';
import { titleOf } from '../../../src/domain/acquisition/item-title.js';
import { composeMessage } from '../../../src/domain/notices/message.js';
import { afterFailure } from '../../../src/domain/notices/retry.js';

const DAY_MS = 24 * 3_600_000;

describe('composeMessage', () => {
  const health = {
    key: 'k',
    at: '2027-01-31T12:00:00.000Z',
    event: 'health_changed',
    request: null,
  } as const;

  it('keeps a title to one line and both parts to what a push service takes', () => {
    const message = composeMessage({
      ...health,
      title: `a\r\n\u2028b${'x'.repeat(500)}`,
      detail: '🙂'.repeat(900),
    });
    expect(message.title).toMatch(/^Health: a bx+$/);
    expect(Buffer.byteLength(JSON.stringify(message))).toBeLessThan(4_096);
  });

  it('has words for every event', () => {
    for (const event of NOTICE_EVENTS) {
      const { title, body } = composeMessage({ ...health, event, title: 'T', detail: null });
      expect(title).toMatch(/^[A-Z][a-z ]+: T$/);
      expect(body).toMatch(/\.$/);
    }
  });

  it('tells an episode by its series, season and number', () => {
    const item = { mediaType: 'episode', title: 'A Series', season: 1, episode: 12 } as const;
    expect(titleOf(item)).toBe('A Series S01E12');
  });
});

describe('eventOf', () => {
  it('tells every end and every question of a request, and no step between', () => {
    const silent = REQUEST_STATES.filter((state) => eventOf(state) === undefined);
    expect(silent).toEqual([
      'awaiting_release',
      'pending',
      'searching',
      'awaiting_search',
      'processing',
      'awaiting_import',
    ]);
  });
});

describe('afterFailure', () => {
  const failed = { kind: 'transient', retryAfterMs: undefined, tries: 1, failures: 1, ageMs: 0 } as const;

  it('doubles from half a minute to an hour, and a Retry-After wins', () => {
    expect(afterFailure(failed)).toEqual({ waitMs: 30_000, giveUp: false });
    expect(afterFailure({ ...failed, failures: 3 }).waitMs).toBe(120_000);
    expect(afterFailure({ ...failed, failures: 99 }).waitMs).toBe(3_600_000);
    expect(afterFailure({ ...failed, failures: 9, retryAfterMs: 1_000 }).waitMs).toBe(1_000);
  });

  it('gives up after three days, or after five refusals of the message itself', () => {
    expect(afterFailure({ ...failed, tries: 99, ageMs: 3 * DAY_MS - 1 }).giveUp).toBe(false);
    expect(afterFailure({ ...failed, ageMs: 3 * DAY_MS }).giveUp).toBe(true);
    expect(afterFailure({ ...failed, kind: 'bad_input', tries: 4 }).giveUp).toBe(false);
    expect(afterFailure({ ...failed, kind: 'bad_input', tries: 5 }).giveUp).toBe(true);
  });
});
