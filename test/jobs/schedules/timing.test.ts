import { describe, expect, it } from '@jest/globals';

import { checkTiming, nextRun, tidyCron, timingProblem } from '../../../src/jobs/schedules/timing.js';

const NOW = new Date('2027-01-15T12:34:56.789Z');
const cron = (text: string, timezone = 'UTC') => ({ cron: text, everyMs: null, timezone });
const every = (everyMs: number) => ({ cron: null, everyMs, timezone: 'UTC' });

describe('when a schedule may fire', () => {
  it.each([
    ['* * * * *', '2027-01-15T12:35:00.000Z'],
    ['*/7 1-5 * * *', '2027-01-16T01:00:00.000Z'],
    ['0 12 * * 7', '2027-01-17T12:00:00.000Z'],
    ['0 12 * * SUN', '2027-01-17T12:00:00.000Z'],
    ['0 0 29 2 *', '2028-02-29T00:00:00.000Z'],
    ['30 6 1,15 jan-MAR *', '2027-02-01T06:30:00.000Z'],
    ['1-59/20 * * * mon-fri', '2027-01-15T12:41:00.000Z'],
  ])('is %s, next at %s', (text, next) => {
    expect(timingProblem(cron(text), NOW)).toBeUndefined();
    expect(nextRun(cron(text), NOW)?.toISOString()).toBe(next);
  });

  it('is a time of day in its own zone, on both sides of a change of the clocks', () => {
    const berlin = cron('30 3 * * *', 'Europe/Berlin');
    expect(timingProblem(berlin, NOW)).toBeUndefined();
    expect(nextRun(berlin, new Date('2027-03-27T12:00:00Z'))?.toISOString()).toBe('2027-03-28T01:30:00.000Z');
    expect(nextRun(berlin, new Date('2027-03-26T12:00:00Z'))?.toISOString()).toBe('2027-03-27T02:30:00.000Z');
  });

  it('is an interval counted from 1970, and never now itself', () => {
    expect(nextRun(every(10_000), NOW)?.toISOString()).toBe('2027-01-15T12:35:00.000Z');
    const onTime = new Date('2027-01-15T12:35:00.000Z');
    expect(nextRun(every(10_000), onTime)?.toISOString()).toBe('2027-01-15T12:35:10.000Z');
  });

  it.each([
    ['no five fields', '0 0 * * * *', 'got 6: "0 0 * * * *"'],
    ['a nickname', '@daily', 'got 1: "@daily"'],
    ['nothing', '', 'Expected five fields'],
    [
      'a minute of 60',
      '60 * * * *',
      'Expected as minute "*", or 0–59, lists, ranges and steps of it, got "60"',
    ],
    ['a month of 13', '0 0 1 13 *', 'Expected as month "*", or 1–12 (or jan–dec)'],
    ['a day of 0', '0 0 0 * *', 'day of month'],
    ['a weekday of 8', '0 0 * * 8', 'day of week'],
    ['a last day', '0 0 L * *', 'got "L"'],
    ['a nearest weekday', '0 0 15W * *', 'got "15W"'],
    ['a second Friday', '0 0 * * 5#2', 'got "5#2"'],
    ['a question mark', '0 0 ? * 1', 'got "?"'],
    ['a step of nothing', '5/15 * * * *', 'got "5/15"'],
    ['a step of 0', '*/0 * * * *', 'got "*/0"'],
    ['a range backwards', '0 0 * 12-2 *', 'got "12-2"'],
    ['an empty part', '0,,5 * * * *', 'got "0,,5"'],
    ['a name in the wrong field', 'jan * * * *', 'got "jan"'],
    [
      'days of month and of week',
      '0 0 1 * 1',
      'Expected "*" as day of month or as day of week, got "1" and "1"',
    ],
    ['a day that never comes', '0 0 30 2 *', 'names none'],
    ['a comment', '0 0 * * # x', 'got 6'],
  ])('is not %s', (_what, text, words) => {
    const problem = timingProblem(cron(text), NOW);
    expect(problem).toMatchObject({ field: 'cron', message: expect.stringContaining(words) });
    expect(problem?.remedy).not.toBe('');
    expect(() => {
      checkTiming(cron(text), NOW);
    }).toThrow(words);
  });

  it.each(['Nowhere/City', 'europe/berlin', '+01:00', '', 'UTC ', '../etc/passwd', 'Europe/Berlin\0'])(
    'is not in the time zone %j',
    (timezone) => {
      expect(timingProblem(cron('0 0 * * *', timezone), NOW)).toMatchObject({ field: 'timezone' });
    },
  );

  it.each(['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5', 'EST'])(
    'may be in the time zone %s',
    (timezone) => {
      expect(timingProblem(cron('0 0 * * *', timezone), NOW)).toBeUndefined();
    },
  );

  it('is either a cron text or an interval of whole seconds', () => {
    expect(timingProblem({ ...every(10_000), cron: '* * * * *' }, NOW)?.message).toContain('got both');
    expect(timingProblem({ ...every(10_000), everyMs: null }, NOW)?.message).toContain('got neither');
    expect(timingProblem(every(1_500), NOW)).toMatchObject({ field: 'everyMs' });
    expect(timingProblem(every(0), NOW)).toMatchObject({ field: 'everyMs' });
    expect(timingProblem(every(1_000), NOW)).toBeUndefined();
  });

  it('takes blanks as people type them', () => {
    expect(tidyCron('  30   3 * * *\t')).toBe('30 3 * * *');
  });
});
