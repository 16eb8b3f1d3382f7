import { Cron } from 'croner';

import { Fault } from '../../domain/faults.js';
import type { Timing } from '../../domain/jobs/schedule.js';
import { cronProblem } from './cron.js';

export interface TimingProblem {
  field: keyof Timing;
  /** What was expected and what came. */
  message: string;
  remedy: string;
}

const FIVE_YEARS_MS = 5 * 366 * 86_400_000;
/** Temporal counts in whole seconds. */
const SECOND_MS = 1_000;

/** The first thing that is wrong with when a schedule shall fire, told before anything is stored. */
export function timingProblem(timing: Timing, now: Date): TimingProblem | undefined {
  const { cron, everyMs, timezone } = timing;
  if ((cron === null) === (everyMs === null)) {
    return {
      field: 'cron',
      message: `Expected either cron or everyMs, got ${cron === null ? 'neither' : 'both'}`,
      remedy: 'Give cron for times of day, everyMs for a plain interval',
    };
  }
  if (!isTimezone(timezone)) {
    return {
      field: 'timezone',
      message: `Expected the IANA name of a time zone, got "${timezone}"`,
      remedy: 'Write it as in Europe/Berlin or UTC, capital letters included',
    };
  }
  return everyMs === null ? problemOfCron({ ...timing, cron: cron ?? '' }, now) : problemOfInterval(everyMs);
}

/** @throws Fault bad_input */
export function checkTiming(timing: Timing, now: Date): void {
  const problem = timingProblem(timing, now);
  if (problem !== undefined) throw new Fault('bad_input', problem.message, { remedy: problem.remedy });
}

/** One blank between fields, as Temporal and the lists want it. */
export function tidyCron(cron: string): string {
  return cron.trim().split(/\s+/).join(' ');
}

/**
 * When a schedule is due next after `now`, without jitter; undefined for never. Temporal's own word counts where it
 * has the schedule: at a change of the clocks it leaves out a time that does not exist, while this names the next one.
 */
export function nextRun({ cron, everyMs, timezone }: Timing, now: Date): Date | undefined {
  if (everyMs !== null) return new Date((Math.floor(now.getTime() / everyMs) + 1) * everyMs);
  const next = new Cron(cron ?? '', { timezone, mode: '5-part', domAndDow: true }).nextRun(now);
  return next ?? undefined;
}

function problemOfInterval(everyMs: number): TimingProblem | undefined {
  if (everyMs >= SECOND_MS && everyMs % SECOND_MS === 0) return undefined;
  return {
    field: 'everyMs',
    message: `Expected whole seconds in milliseconds, got ${everyMs}`,
    remedy: 'Give a multiple of 1000',
  };
}

function problemOfCron(timing: Timing & { cron: string }, now: Date): TimingProblem | undefined {
  const wrong = cronProblem(timing.cron);
  if (wrong !== undefined) {
    return { field: 'cron', message: wrong, remedy: 'For 3:30 each night write "30 3 * * *"' };
  }
  const next = nextRun(timing, now);
  if (next !== undefined && next.getTime() - now.getTime() <= FIVE_YEARS_MS) return undefined;
  return {
    field: 'cron',
    message: `Expected a time within five years, but "${timing.cron}" names none`,
    remedy: 'Check day of month and month: there is no 30 February',
  };
}

/** Temporal reads names as files, so their capital letters count; Intl takes any, and offsets in newer versions. */
function isTimezone(name: string): boolean {
  if (Intl.supportedValuesOf('timeZone').includes(name)) return true;
  if (!/^(UTC|GMT|[A-Z]{3}|[A-Z][A-Za-z_]+(\/[A-Z][\w+-]*)+)$/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
