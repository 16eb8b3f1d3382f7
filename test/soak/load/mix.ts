import type { Random } from '../../support/random.js';
import type { Asked } from './ledger.js';

export type Draft = Pick<Asked, 'type' | 'body' | 'expected'>;

type Maker = (random: Random, label: string) => Draft;

/** [share, what]: modest work, so that what is tested is the contract and not the machine. */
const MIX: readonly [number, Maker][] = [
  [22, (_, label) => draft('demo_noop', { label })],
  [20, steps],
  [8, failing],
  [9, fanOut],
  [14, external],
  [11, encode],
  [8, (random, label) => draft('demo_memory', { mebibytes: 24, holdMs: random.between(500, 3_000), label })],
  [5, equal],
  [3, (_, label) => draft('demo_hang', { label }, 'cancelled')],
];

export function drawJob(random: Random, label: string): Draft {
  const total = MIX.reduce((sum, [share]) => sum + share, 0);
  let left = random.next() * total;
  for (const [share, make] of MIX) {
    left -= share;
    if (left < 0) return make(random, label);
  }
  return draft('demo_noop', { label });
}

function draft(type: string, params: object, expected: Draft['expected'] = 'completed', extra = {}): Draft {
  return { type, body: { type, params, ...extra }, expected };
}

function steps(random: Random, label: string): Draft {
  const count = random.between(5, 40);
  const params = { count, everyMs: random.between(20, 150), label };
  if (!random.chance(0.15)) return draft('demo_steps', params);
  const failing = { ...params, failAt: random.between(1, count) };
  return draft('demo_steps', failing, 'failed', { maxRetries: random.between(0, 2) });
}

/** Several ask for the same at once, and share one job while it is open. */
function equal(random: Random): Draft {
  return draft('demo_steps', { count: 40, everyMs: 100, label: random.pick(['equal one', 'equal other']) });
}

function failing(random: Random, label: string): Draft {
  const kind = random.pick(['transient', 'throttled', 'bad_input', 'gone', 'environment']);
  switch (kind) {
    case 'bad_input':
    case 'gone':
      return draft('demo_fail', { kind, label }, 'failed');
    case 'environment':
      return draft('demo_fail', { kind, times: 1, label });
    default:
      return random.chance(0.5)
        ? draft('demo_fail', { kind, times: random.between(1, 2), label })
        : draft('demo_fail', { kind, label }, 'failed');
  }
}

function fanOut(random: Random, label: string): Draft {
  const params = {
    children: random.between(1, 3),
    atOnce: 2,
    count: random.between(5, 20),
    everyMs: 50,
    label,
    ...(random.chance(0.5) ? { shared: random.pick(['one', 'other']) } : {}),
  };
  return random.chance(0.1)
    ? draft('demo_fan_out', { ...params, failAt: 2 }, 'failed')
    : draft('demo_fan_out', params);
}

function external(random: Random, label: string): Draft {
  const durationMs = random.between(1_000, 10_000);
  const stalls = random.chance(0.3) ? { stallAtMs: random.between(0, durationMs), stallForMs: 2_000 } : {};
  return draft('demo_external', { durationMs, ...stalls, label });
}

function encode(random: Random, label: string): Draft {
  return draft('demo_encode', { seconds: random.between(1, 8), realTime: random.chance(0.7), label });
}
