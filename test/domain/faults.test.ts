import { readFile } from 'node:fs/promises';

import { describe, expect, it } from '@jest/globals';

import { errorCode, Fault, FAULTS, normalizeError } from '../../src/domain/faults.js';

describe('the kinds of faults', () => {
  it('say which repetition helps (jobs.md §5): bad input, refused credentials and gone never', () => {
    const kindsOf = (rule: string): string[] =>
      Object.entries(FAULTS).flatMap(([kind, of]) => (of === rule ? [kind] : []));
    expect(kindsOf('never')).toEqual([
      ...['bad_input', 'credentials', 'gone'],
      ...['release_fault', 'superseded', 'defect'],
    ]);
    expect(kindsOf('counted')).toEqual(['transient', 'throttled']);
    expect(kindsOf('waits')).toEqual(['environment']);
  });
});

describe('a Fault', () => {
  it('carries what a step needs to go on, and its cause', () => {
    const cause = new Error('ENOSPC');
    const fault = new Fault('environment', 'No room', {
      ...{ remedy: 'Make room', waitingReason: 'disk_full', retryAfterMs: 5_000, cause },
    });
    expect(fault).toMatchObject({
      ...{ name: 'Fault', kind: 'environment', message: 'No room', remedy: 'Make room' },
      ...{ waitingReason: 'disk_full', retryAfterMs: 5_000, cause },
    });
    expect(fault).toBeInstanceOf(Error);
  });

  it('has no cause where none is known', () => {
    expect('cause' in new Fault('gone', 'Gone')).toBe(false);
  });
});

describe('normalizeError', () => {
  it('keeps an Error as it is', () => {
    const fault = new Fault('gone', 'Gone');
    expect(normalizeError(fault)).toBe(fault);
  });

  const circular: Record<string, unknown> = {};
  circular['self'] = circular;

  it.each<[string, unknown, string]>([
    ['a text', 'no', 'no'],
    ['an object', { code: 1 }, '{"code":1}'],
    ['nothing', undefined, 'undefined'],
    ['null', null, 'null'],
    ['a symbol', Symbol('x'), 'Symbol(x)'],
    ['what JSON cannot write', 10n, '[object BigInt]'],
    ['a circle', circular, '[object Object]'],
  ])('makes an Error of %s, with the thing itself as its cause', (_what, thrown, message) => {
    const error = normalizeError(thrown);
    expect(error).toBeInstanceOf(Error);
    expect(error.message).toBe(message);
    expect(error.cause).toBe(thrown);
  });
});

describe('errorCode', () => {
  it('reads the code of a system error', async () => {
    const error: unknown = await readFile('/nowhere/at/all').catch((thrown: unknown) => thrown);
    expect(errorCode(error)).toBe('ENOENT');
  });

  it.each([undefined, null, 'ENOENT', {}, { code: 2 }, new Error('ENOENT')])('finds none in %p', (thrown) => {
    expect(errorCode(thrown)).toBeUndefined();
  });
});
