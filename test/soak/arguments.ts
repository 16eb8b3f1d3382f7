import { parseArgs } from 'node:util';

export const ACTS = ['temporal-file', 'postgres-copy', 'postgres-away'] as const;
export type Act = (typeof ACTS)[number];

export const SOAKS = ['kill', 'acquisition', 'encode'] as const;

export interface SoakOptions {
  soak: (typeof SOAKS)[number];
  minutes: number;
  seed: number;
  kills: number;
  requests: number;
  shape: 'apart' | 'up';
  json: string | undefined;
  keep: boolean;
  acts: readonly Act[];
  shortActs: boolean;
}

/** One that was asked for. */
export interface Soak {
  options: SoakOptions;
  /** All that it makes is below it. */
  folder: string;
  /** Somebody ends it early. */
  halt: AbortSignal;
  say: (line: string) => void;
}

const USAGE = `npm run soak -- ${SOAKS.join('|')} --minutes N --seed N [--json FILE] [--kills N] [--requests N] [--shape apart|up]
  [--acts none|${ACTS.join(',')}] [--short-acts] [--keep]`;

const KILLS_A_MINUTE: Record<SoakOptions['soak'], number> = { kill: 6, acquisition: 6, encode: 4 };
/** The special acts take minutes themselves; shorter runs are for kills alone. */
const ACTS_FROM_MINUTES = 5;

/** @throws Error with the usage for what is not understood. */
export function readArguments(given: readonly string[]): SoakOptions {
  const { values, positionals } = parseArgs({
    args: [...given],
    allowPositionals: true,
    options: {
      minutes: { type: 'string', default: '2' },
      seed: { type: 'string', default: '1' },
      kills: { type: 'string' },
      requests: { type: 'string' },
      shape: { type: 'string', default: 'apart' },
      json: { type: 'string' },
      acts: { type: 'string' },
      'short-acts': { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
    },
  });
  const soak = SOAKS.find((known) => known === positionals.join(' '));
  if (soak === undefined) throw new Error(`Expected a soak of ${SOAKS.join(', ')}. ${USAGE}`);
  const minutes = readNumber('minutes', values.minutes);
  return {
    soak,
    minutes,
    seed: readNumber('seed', values.seed),
    kills: readNumber('kills', values.kills ?? String(Math.round(minutes * KILLS_A_MINUTE[soak]))),
    requests: readNumber('requests', values.requests ?? String(usualRequests(soak, minutes))),
    shape: readShape(values.shape),
    json: values.json,
    keep: values.keep,
    acts: readActs(values.acts ?? (minutes >= ACTS_FROM_MINUTES ? ACTS.join(',') : 'none')),
    shortActs: values['short-acts'],
  };
}

/** Of acquisition ten a minute, 200 in 20; of encode 40 in 15, at least: more are asked for while there is time. */
function usualRequests(soak: SoakOptions['soak'], minutes: number): number {
  switch (soak) {
    case 'kill':
      return minutes >= 2 ? 1 : 0;
    case 'acquisition':
      return Math.round(minutes * 10);
    case 'encode':
      return Math.ceil((minutes * 40) / 15);
  }
}

function readNumber(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value >= 0) return value;
  throw new Error(`Expected a number for --${name}, got "${text}". ${USAGE}`);
}

function readShape(text: string): SoakOptions['shape'] {
  if (text === 'apart' || text === 'up') return text;
  throw new Error(`Expected the shape apart or up, got "${text}". ${USAGE}`);
}

function readActs(text: string): Act[] {
  return text
    .split(',')
    .filter((name) => name !== 'none' && name !== '')
    .map((name) => {
      const act = ACTS.find((known) => known === name);
      if (act === undefined)
        throw new Error(`Expected an act of ${ACTS.join(', ')}, got "${name}". ${USAGE}`);
      return act;
    });
}
