import { InvalidArgumentError } from 'commander';

import type { PathMapping } from '../../domain/acquisition/path-mapping.js';
import type { StallMinutes } from '../../domain/acquisition/stall-clock.js';

/** Makes a parser of whole numbers for an option or argument of commander. */
export function wholeNumber(range: { min: number; max: number }): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= range.min && value <= range.max) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${range.min} to ${range.max}.`);
  };
}

/** A number that is not negative, such as 1 or 1.5. */
export function decimal(text: string): number {
  if (/^\d{1,6}(\.\d{1,6})?$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected a number such as 1 or 1.5.');
}

/** A name or 1–10; the API knows what the names mean. */
export function priorityText(text: string): number | string {
  return /^\d+$/.test(text) ? wholeNumber({ min: 1, max: 10 })(text) : text;
}

/** For an option that may be given several times. */
export function collect<Value>(
  parse: (text: string) => Value,
): (text: string, before: Value[] | undefined) => Value[] {
  return (text, before = []) => [...before, parse(text)];
}

/** A day or an instant, as the API wants it: ISO 8601 in UTC. */
export function isoTime(text: string): string {
  const time = /^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d))?$/.test(text) ? new Date(text) : undefined;
  if (time !== undefined && !Number.isNaN(time.getTime())) return time.toISOString();
  throw new InvalidArgumentError('Expected a time such as 2027-01-31 or 2027-01-31T12:00:00Z.');
}

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A length of time such as 30s, 15m, 6h or 1d, in milliseconds. */
export function duration(text: string): number {
  const { amount, unit } = /^(?<amount>\d{1,6})(?<unit>[smhd])$/.exec(text)?.groups ?? {};
  if (amount !== undefined) return Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS];
  throw new InvalidArgumentError('Expected a time such as 30s, 15m, 6h or 1d.');
}

/** `/data/books=library:Books`: a folder elsewhere may hold an `=`, a logical path is what follows the last one. */
export function pathMapping(text: string): PathMapping {
  const at = text.lastIndexOf('=');
  const [remote, logical] = [text.slice(0, Math.max(at, 0)), text.slice(at + 1)];
  if (remote !== '' && logical !== '') return { remote, logical };
  throw new InvalidArgumentError('Expected a mapping such as /data/books=library:Books.');
}

const STALLS = {
  ...{ metadata: 'metadata', 'without-seeds': 'withoutSeeds' },
  ...{ 'without-progress': 'withoutProgress', 'too-slow': 'tooSlow' },
} as const satisfies Record<string, keyof StallMinutes>;

/** `too-slow=2d`, in minutes by the API's names; the last of a name counts. */
export function stallLimit(text: string, before: StallMinutes = {}): StallMinutes {
  const [name = '', time = ''] = text.split(/=(.*)/s);
  const known = Object.entries(STALLS).find(([option]) => option === name);
  if (known === undefined) {
    throw new InvalidArgumentError(`Expected one of ${Object.keys(STALLS).join(', ')}, such as too-slow=2d.`);
  }
  return { ...before, [known[1]]: duration(time) / 60_000 };
}
