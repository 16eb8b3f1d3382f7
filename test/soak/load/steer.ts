import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

import { findTemporal } from '../../../src/embedded/programs.js';
import type { House } from '../house/house.js';
import type { Random } from '../../support/random.js';
import type { Call } from './api-client.js';
import { idOf, type Asked, type Ledger } from './ledger.js';

const run = promisify(execFile);

const CLI_MS = 10_000;
/** A share of the steering goes past Longplay, by Temporal's own program. */
const BY_TEMPORAL = 0.25;

/** How often something is done, and what: shares of 1. */
export interface Manner {
  waitMs: readonly [number, number];
  shares: Readonly<Record<'pause' | 'resume' | 'prefer' | 'retry' | 'cancel' | 'terminate', number>>;
  /** What was paused mostly goes on after so long. */
  pausedMs: readonly [number, number];
}

const USUAL: Manner = {
  waitMs: [700, 2_500],
  shares: { pause: 0.4, resume: 0.15, prefer: 0.15, retry: 0.12, cancel: 0.15, terminate: 0.03 },
  pausedMs: [500, 6_000],
};

export interface Steering {
  house: House;
  call: Call;
  ledger: Ledger;
  random: Random;
  manner?: Manner;
}

/** Pauses, resumes, cancels, retries and reorders what it finds, until `halt`. */
export async function steerAlong(steering: Steering, halt: AbortSignal): Promise<void> {
  const { ledger, random, manner = USUAL } = steering;
  while (!halt.aborted) {
    await sleep(random.between(...manner.waitMs), undefined, { signal: halt }).catch(() => undefined);
    const known = ledger.asked.filter((asked) => idOf(asked) !== undefined);
    const open = await openIds(steering.house);
    // Mostly what is open; what has ended refuses, or is retried.
    const fit = random.chance(0.8) ? known.filter((asked) => open.has(idOf(asked) ?? '')) : known.slice(-30);
    const asked = random.pickAny(fit);
    if (asked !== undefined) await act(steering, asked);
  }
}

/** None while the database is away. */
async function openIds(house: House): Promise<ReadonlySet<string>> {
  const open = await house
    .database()
    .query<{ id: string }>('select id from jobs where outcome_status is null')
    .catch(() => ({ rows: [] }));
  return new Set(open.rows.map(({ id }) => id));
}

async function act(steering: Steering, asked: Asked): Promise<void> {
  const { random, manner = USUAL } = steering;
  if (asked.type === 'demo_hang' && random.chance(0.5)) return cancel(steering, asked);
  switch (drawAct(random, manner)) {
    case 'pause':
      return pause(steering, asked);
    case 'resume':
      return steer(steering, asked, 'resume');
    case 'prefer':
      return prefer(steering, asked);
    case 'retry':
      return retry(steering, asked);
    case 'cancel':
      return cancel(steering, asked);
    case 'terminate':
      return terminate(steering, asked);
  }
}

function drawAct(random: Random, { shares }: Manner): keyof Manner['shares'] {
  let left = random.next();
  for (const [act, share] of Object.entries(shares)) {
    left -= share;
    if (left < 0) return act as keyof Manner['shares'];
  }
  return 'pause';
}

async function pause(steering: Steering, asked: Asked): Promise<void> {
  await steer(steering, asked, 'pause');
  // Nobody leaves a job paused for long here: the soak would wait for it at its end.
  const { random, manner = USUAL } = steering;
  if (random.chance(0.7)) {
    setTimeout(() => void steer(steering, asked, 'resume'), random.between(...manner.pausedMs)).unref();
  }
}

async function steer(steering: Steering, asked: Asked, wish: 'pause' | 'resume'): Promise<void> {
  const id = idOf(asked) ?? '';
  if (steering.random.chance(BY_TEMPORAL)) {
    await byTemporal(steering, `signal ${wish}`, ['signal', '--name', wish, '--workflow-id', id]);
    return;
  }
  const { status } = await steering.call('POST', `/api/jobs/${id}/${wish}`);
  count(steering.ledger, `${wish} ${status}`);
}

async function prefer(steering: Steering, asked: Asked): Promise<void> {
  const body = { priority: steering.random.between(1, 10) };
  const { status } = await steering.call('PUT', `/api/jobs/${idOf(asked) ?? ''}/priority`, { body });
  count(steering.ledger, `priority ${status}`);
}

/** Only what has ended can be retried; 409 for the others is an answer too. */
async function retry(steering: Steering, asked: Asked): Promise<void> {
  // A new round of a job that hangs would have to be cancelled again.
  if (asked.type === 'demo_hang') return;
  const { status } = await steering.call('POST', `/api/jobs/${idOf(asked) ?? ''}/retry`);
  count(steering.ledger, `retry ${status}`);
}

export async function cancel(steering: Steering, asked: Asked): Promise<void> {
  const id = idOf(asked) ?? '';
  asked.mayBeCancelled = true;
  if (steering.random.chance(BY_TEMPORAL)) {
    const way = steering.random.chance(0.5) ? ['cancel'] : ['signal', '--name', 'cancel'];
    await byTemporal(steering, way.join(' '), [...way, '--workflow-id', id]);
    return;
  }
  const { status } = await steering.call('POST', `/api/jobs/${id}/cancel`);
  count(steering.ledger, `cancel ${status}`);
}

async function terminate(steering: Steering, asked: Asked): Promise<void> {
  asked.mayBeCancelled = true;
  await byTemporal(steering, 'terminate', ['terminate', '--workflow-id', idOf(asked) ?? '']);
}

async function byTemporal({ house, ledger }: Steering, what: string, args: string[]): Promise<void> {
  const { address, namespace } = house.temporal();
  const program = findTemporal({
    cliPath: process.env['TEMPORAL_CLI_PATH'],
    searchPath: process.env['PATH'],
  });
  const heard = await run(
    program ?? 'temporal',
    ['workflow', ...args, '--address', address, '--namespace', namespace],
    { timeout: CLI_MS },
  ).then(
    () => 'heard',
    () => 'not heard',
  );
  count(ledger, `temporal ${what}: ${heard}`);
}

function count({ steered }: Ledger, what: string): void {
  steered.set(what, (steered.get(what) ?? 0) + 1);
}
