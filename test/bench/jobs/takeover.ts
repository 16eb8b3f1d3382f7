import { setTimeout as sleep } from 'node:timers/promises';

import { z } from 'zod';

import { atMostMs, medianAndWorst } from '../harness/delays.js';
import type { Part } from '../harness/bench.js';
import { eventually } from '../../support/eventually.js';
import type { StartedProcess } from '../../support/service.js';
import { startApart, type Apart } from '../stage/apart.js';

const KILLS = 5;
const job = z.object({ id: z.string() });

/** A job's worker gets kill -9; another of two goes on. Each kill hits a fresh job: Temporal's waits grow per retry. */
export const takeover: Part<unknown> = {
  name: 'takeover',
  measure: async () => {
    const apart = await startApart();
    try {
      await apart.startWorker('core');
      const delays = await takeOver(apart, {
        startWorker: () => apart.startWorker('cpu'),
        ask: (kill) => ({
          type: 'demo_steps',
          params: { count: 100_000, everyMs: 100, label: `killed ${kill}` },
        }),
        step: 'countUp',
      });
      return medianAndWorst('kill -9 of a worker to the next attempt’s start', delays, atMostMs(10_000));
    } finally {
      await apart.close();
    }
  },
};

export interface Killed {
  startWorker: () => Promise<StartedProcess>;
  /** The job that is killed in its step. */
  ask: (kill: number) => { type: string; params: object };
  step: string;
}

/** Milliseconds from each kill to the next attempt at the step. */
export async function takeOver(apart: Apart, killed: Killed): Promise<number[]> {
  const workers = [await killed.startWorker(), await killed.startWorker()];
  const delays: number[] = [];
  for (let kill = 0; kill < KILLS; kill += 1) {
    delays.push(await takeOverOnce(apart, workers, { ...killed, asked: killed.ask(kill) }));
    workers.push(await killed.startWorker());
  }
  return delays;
}

async function takeOverOnce(
  apart: Apart,
  workers: StartedProcess[],
  { asked, step }: Pick<Killed, 'step'> & { asked: ReturnType<Killed['ask']> },
): Promise<number> {
  const { id } = await apart.client.send({
    ...{ method: 'POST', path: '/api/jobs', body: asked, answer: job },
  });
  const [first] = await attemptsOf(apart, { id, step, count: 1 });
  const at = workers.findIndex(({ pid }) => pid === first?.pid);
  const [worker] = workers.splice(at, 1);
  if (first === undefined || at < 0 || worker === undefined) throw new Error(`Nobody known runs ${id}`);
  // At any moment between two heartbeats.
  await sleep(1_500 + Math.random() * 1_000);
  const killedAt = Date.now();
  await worker.kill();
  const second = (await attemptsOf(apart, { id, step, count: 2 }))[1];
  if (second === undefined) throw new Error(`${id} has no second attempt`);
  await apart.client.send({ method: 'POST', path: `/api/jobs/${id}/cancel`, answer: job });
  return second.startedAt - killedAt;
}

interface Attempt {
  pid: number;
  startedAt: number;
}

/** Waits until there are so many. */
async function attemptsOf(
  { db }: Apart,
  { id, step, count }: { id: string; step: string; count: number },
): Promise<Attempt[]> {
  let found: Attempt[] = [];
  await eventually(
    async () => {
      const { rows } = await db.query<Attempt>(
        `select w.process_id as pid, extract(epoch from a.started_at)::float8 * 1000 as "startedAt"
         from job_attempts a join workers w on w.id = a.worker_id join job_steps s on s.id = a.step_id
         where a.job_id = $1 and s.name = $2 order by a.started_at`,
        [id, step],
      );
      found = rows;
      return rows.length >= count;
    },
    { withinMs: 60_000, everyMs: 50 },
  );
  return found;
}
