import { cpus } from 'node:os';

import { fits, sumOf, type Capacity, type LeaseNeeds } from '../../../src/domain/jobs/leases.js';
import type { House } from '../house/house.js';
import { pass } from '../pass.js';
import type { Look } from './order.js';

/** What was seen each second. */
export interface Looks {
  /** The line of each queue, and what runs. */
  line: Look[];
  /** Where more ran, or was given away, than a worker has. */
  excesses: string[];
  /** When each job was seen waiting for room on a disk, ms since the epoch. */
  diskFull: Map<string, number[]>;
  /** CPU tokens that leases held together, one number a look. */
  tokens: number[];
  /** Cores of the machine that were busy, whoever kept them so. */
  busyCores: number[];
}

const LOOK_MS = 1_000;

export function createLooks(): Looks {
  return { line: [], excesses: [], diskFull: new Map(), tokens: [], busyCores: [] };
}

/** Looks each second until `halt`; while the database is away there is nothing to see. */
export async function lookAlong(house: House, looks: Looks, halt: AbortSignal): Promise<void> {
  let before = busyTime();
  while (!halt.aborted) {
    await lookOnce(house, looks).catch(() => undefined);
    await pass(LOOK_MS, halt);
    const now = busyTime();
    looks.busyCores.push(((now.busy - before.busy) / Math.max(1, now.all - before.all)) * cpus().length);
    before = now;
  }
}

interface Seen {
  steps: {
    id: string;
    jobId: string;
    queue: string;
    state: string;
    reason: string | null;
    priority: number;
    paused: boolean;
    /** A worker keeps room for it, and it is on its way there. */
    offered: boolean;
  }[];
  running: { workerId: string; queue: string; running: number; slots: number | null }[];
  leases: { workerId: string; needs: LeaseNeeds[]; capacity: Capacity }[];
}

/** In one statement, so that all of it is of one moment. */
const SEEN = `select
  (select coalesce(json_agg(x), '[]') from (
    select s.id::text, s.job_id as "jobId", s.queue, s.state, s.waiting_reason as reason, j.priority, j.paused_at is not null as paused,
      exists (select from resource_leases l where l.job_id = s.job_id and l.step = s.name and l.kind = 'offer') as offered
    from job_steps s join jobs j on j.id = s.job_id
    where j.outcome_status is null and s.state in ('waiting', 'running', 'backoff')) x) as steps,
  (select coalesce(json_agg(x), '[]') from (
    select a.worker_id as "workerId", a.queue, count(*)::int as running, (w.queues ->> a.queue)::int as slots
    from job_attempts a join workers w on w.id = a.worker_id where a.ended_at is null
    group by a.worker_id, a.queue, w.queues) x) as running,
  (select coalesce(json_agg(x), '[]') from (
    select l.worker_id as "workerId", json_agg(l.needs) as needs, w.capacity
    from resource_leases l join workers w on w.id = l.worker_id where l.kind = 'lease'
    group by l.worker_id, w.capacity) x) as leases`;

async function lookOnce(house: House, looks: Looks): Promise<void> {
  const { rows } = await house.database().query<Seen & Record<string, unknown>>(SEEN);
  const [seen] = rows;
  if (seen === undefined) return;
  const atMs = Date.now();
  looks.line.push({
    atMs,
    steps: new Map(
      seen.steps.map(({ id, queue, state, priority, paused, offered }) => [
        id,
        { queue, priority, waits: state === 'waiting' && !paused && !offered },
      ]),
    ),
  });
  looks.excesses.push(...excessesOf(seen, atMs));
  looks.tokens.push(sumOf(seen.leases.flatMap(({ needs }) => needs)).cpuTokens);
  for (const { jobId, reason } of seen.steps)
    if (reason === 'disk_full') looks.diskFull.set(jobId, [...(looks.diskFull.get(jobId) ?? []), atMs]);
}

function excessesOf({ running, leases }: Seen, atMs: number): string[] {
  const at = `at ${new Date(atMs).toISOString()}`;
  return [
    ...running
      .filter((one) => one.slots !== null && one.running > one.slots)
      .map(
        (one) => `${one.running} attempts on ${one.queue} of ${one.workerId}, slots ${one.slots ?? 0}, ${at}`,
      ),
    ...leases
      .filter(({ needs, capacity }) => !fits(sumOf(needs), capacity))
      .map(
        ({ workerId, needs, capacity }) =>
          `leases of ${JSON.stringify(sumOf(needs))} given by ${workerId}, which has ${JSON.stringify(capacity)}, ${at}`,
      ),
  ];
}

function busyTime(): { busy: number; all: number } {
  const times = cpus().map((core) => core.times);
  const all = times.reduce((sum, { user, nice, sys, idle, irq }) => sum + user + nice + sys + idle + irq, 0);
  return { busy: all - times.reduce((sum, { idle }) => sum + idle, 0), all };
}
