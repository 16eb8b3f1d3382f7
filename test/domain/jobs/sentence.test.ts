import { describe, expect, it } from '@jest/globals';

import { sentenceOf, type SentenceFacts } from '../../../src/domain/jobs/sentence.js';
import { WAITING_REASONS, type WaitingReason } from '../../../src/domain/jobs/waiting.js';

function sentence(more: Partial<SentenceFacts>): string {
  return sentenceOf({
    status: 'queued',
    round: 1,
    ...{ startError: null, pausedBy: null, running: null, waiting: null, nextAttemptAt: null },
    ...{ children: [], external: null, partial: null, error: null },
    ...more,
  });
}

const waiting = (
  reason: WaitingReason,
  more: Partial<NonNullable<SentenceFacts['waiting']>> = {},
): SentenceFacts['waiting'] => ({ reason, detail: null, queue: null, position: null, ...more });

describe('a job’s sentence', () => {
  it.each<[string, Partial<SentenceFacts>]>([
    ['is about to start', { status: 'pending' }],
    [
      'waits for the Temporal server, which does not answer; it starts by itself when it is back',
      { status: 'pending', startError: 'connection refused' },
    ],
    ['is about to run', {}],
    ['is about to run', { children: [{ title: 'Search', status: 'completed' }] }],
    [
      'waits for: Download',
      {
        children: [
          { title: 'Search', status: 'completed' },
          { title: 'Download', status: 'queued' },
        ],
      },
    ],
    [
      'runs plan import on host-1',
      { status: 'running', running: { step: 'planImport', worker: 'host-1', tries: 0 } },
    ],
    [
      'runs plan import on host-1, try 3',
      { status: 'running', running: { step: 'planImport', worker: 'host-1', tries: 2 } },
    ],
    [
      'is at 3 of 5 seconds, about 2 s left',
      {
        status: 'running',
        external: {
          ...{ step: 'external', done: 3, total: 5, unit: 'seconds' },
          ...{ ratePerSecond: null, etaMs: 2_000 },
        },
      },
    ],
    [
      'downloads 3.1 MB of 5 MB, 1.2 MB/s, about 2 s left',
      {
        status: 'running',
        external: {
          ...{ step: 'download', done: 3_100_000, total: 5_000_000, unit: 'bytes' },
          ...{ ratePerSecond: 1_200_000, etaMs: 1_583 },
        },
        children: [{ title: 'x', status: 'running' }],
      },
    ],
    [
      'downloads 12 B',
      {
        status: 'running',
        external: {
          ...{ step: 'download', done: 12, total: null, unit: 'bytes' },
          ...{ ratePerSecond: null, etaMs: null },
        },
      },
    ],
    [
      'works on: Download',
      {
        status: 'running',
        children: [
          { title: 'Search', status: 'completed' },
          { title: 'Download', status: 'running' },
        ],
      },
    ],
    ['is running', { status: 'running' }],
    ['is paused; resume lets it go on from where it stopped', { status: 'paused' }],
    ['is paused by anna; resume lets it go on from where it stopped', { status: 'paused', pausedBy: 'anna' }],
    ['is done', { status: 'completed' }],
    ['is done, but not all of it: 2 of 3 files', { status: 'completed', partial: '2 of 3 files' }],
    ['failed', { status: 'failed' }],
    ['failed: No file', { status: 'failed', error: { kind: 'gone', message: 'No file' } }],
    [
      'failed: No file. Search again',
      { status: 'failed', error: { kind: 'gone', message: 'No file', remedy: 'Search again' } },
    ],
    [
      'failed: No file at all. Search again',
      { status: 'failed', error: { kind: 'gone', message: 'No file at all.', remedy: 'Search again' } },
    ],
    ['was cancelled', { status: 'cancelled' }],
    ['was ended: by hand', { status: 'cancelled', error: { kind: 'terminated', message: 'by hand' } }],
  ])('is "%s"', (text, facts) => {
    expect(sentence(facts)).toBe(text);
  });

  it('tells the reason, its detail, how many are ahead and when it is next', () => {
    expect(sentence({ waiting: waiting('slots_busy', { detail: 'gpu-encode', position: 4 }) })).toBe(
      'waits for a free slot (gpu-encode); 3 ahead',
    );
    expect(sentence({ waiting: waiting('slots_busy', { position: 1 }) })).toBe('waits for a free slot');
    expect(
      sentence({
        waiting: waiting('retry_backoff', { detail: 'timeout' }),
        nextAttemptAt: '2026-03-01T12:00:00.000Z',
      }),
    ).toBe('waits before it tries again (timeout); next at 2026-03-01 12:00 UTC');
  });

  it('has words of its own for every reason to wait', () => {
    const sentences = WAITING_REASONS.map((reason) => sentence({ waiting: waiting(reason) }));
    expect(new Set(sentences).size).toBe(WAITING_REASONS.length);
    for (const text of sentences) expect(text).toMatch(/^waits (?:for|before|because) [a-z]/);
  });
});
