import type { Queue } from './policy.js';

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** Who pauses and resumes, on every surface. */
export const QUIET_RULES = 'quiet rules';

/** When heavy work stands still. */
export type QuietWhen =
  /** From `from` to `to` ("22:30", "07:00"), beginning on each of `days`; over midnight where `to` is the earlier. */
  | { kind: 'hours'; days: readonly Weekday[]; from: string; to: string; timezone: string }
  /** Somebody plays something on a media server of the libraries. */
  | { kind: 'watching' }
  /** Other programs need so much of the processors; Longplay's own media work runs at a lower priority and is not counted. */
  | { kind: 'load'; percent: number };

export interface QuietRule {
  id: string;
  name: string;
  when: QuietWhen;
  /** Nothing of them begins, and what runs is paused at its checkpoint. */
  queues: readonly Queue[];
  /** Downloads are paused in their clients too. */
  downloads: boolean;
  enabled: boolean;
}

/** What is so now; absent: nobody could tell. */
export interface QuietFacts {
  now: Date;
  /** How many play something. */
  watching?: number;
  /** What other programs take of the processors, 0 to 100. */
  otherLoad?: number;
}

/** A load that made it quiet must fall well below, else it would begin and end with each look. */
const LOAD_ENDS_BELOW = 0.7;

/** Whether a rule holds; where nobody could tell, what `held` before goes on. */
export function isQuiet({ when }: QuietRule, facts: QuietFacts, held: boolean): boolean {
  switch (when.kind) {
    case 'hours':
      return isWithinHours(when, facts.now);
    case 'watching':
      return facts.watching === undefined ? held : facts.watching > 0;
    case 'load':
      if (facts.otherLoad === undefined) return held;
      return facts.otherLoad >= when.percent * (held ? LOAD_ENDS_BELOW : 1);
  }
}

/** One phrase for people: why it is quiet. */
export function quietDetail({ name, when }: QuietRule, facts: QuietFacts): string {
  switch (when.kind) {
    case 'hours':
      return `${name}: until ${when.to} (${when.timezone})`;
    case 'watching':
      return `${name}: ${facts.watching ?? 'somebody'} watching`;
    case 'load':
      return `${name}: other programs need ${Math.round(facts.otherLoad ?? 0)} % of the processors`;
  }
}

const DAY_MINUTES = 1_440;

function isWithinHours(
  { days, from, to, timezone }: Extract<QuietWhen, { kind: 'hours' }>,
  now: Date,
): boolean {
  const [begin, end] = [minuteOf(from), minuteOf(to)];
  const { weekday, minute } = localTime(now, timezone);
  const today = days.includes(WEEKDAYS[weekday] ?? 'mon');
  if (begin < end) return today && minute >= begin && minute < end;
  // Over midnight, or the whole day: what began yesterday may go on.
  const yesterday = days.includes(WEEKDAYS[(weekday + 6) % 7] ?? 'mon');
  return (today && minute >= begin) || (yesterday && minute < end);
}

function minuteOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return (hours * 60 + minutes) % DAY_MINUTES;
}

/** As a clock on the wall there shows it; 0 is Monday. */
function localTime(now: Date, timezone: string): { weekday: number; minute: number } {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(now);
  const part = (type: Intl.DateTimeFormatPartTypes): string =>
    parts.find((one) => one.type === type)?.value ?? '';
  const weekday = WEEKDAYS.indexOf(part('weekday').toLowerCase() as Weekday);
  return { weekday, minute: Number(part('hour')) * 60 + Number(part('minute')) };
}
