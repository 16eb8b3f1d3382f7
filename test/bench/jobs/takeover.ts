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
      const workers = [await apart.startWorker('cpu'), await apart.startWorker('cpu')];
      const delays: number[] = [];
      for (let kill = 0; kill < KILLS; kill += 1) {
        delays.push(await takeOverOnce(apart, workers, kill));
        workers.push(await apart.startWorker('cpu'));
      }
      return medianAndWorst('kill -9 of a worker to the next attempt’s start', delays, atMostMs(10_000));
    } finally {
      await apart.close();
    }
  },
};

async function takeOverOnce(apart: Apart, workers: StartedProcess[], kill: number): Promise<number> {
  const params = { count: 100_000, everyMs: 100, label: `killed ${kill}` };
  const { id } = await apart.client.send({
    ...{ method: 'POST', path: '/api/jobs', body: { type: 'demo_steps', params }, answer: job },
  });
  const [first] = await attemptsOf(apart, id, 1);
  const at = workers.findIndex(({ pid }) => pid === first?.pid);
  const [worker] = workers.splice(at, 1);
  if (first === undefined || at < 0 || worker === undefined) throw new Error(`Nobody known runs ${id}`);
  // At any moment between two heartbeats.
  await sleep(1_500 + Math.random() * 1_000);
  const killedAt = Date.now();
  await worker.kill();
  const second = (await attemptsOf(apart, id, 2))[1];
  if (second === undefined) throw new Error(`${id} has no second attempt`);
  await apart.client.send({ method: 'POST', path: `/api/jobs/${id}/cancel`, answer: job });
  return second.startedAt - killedAt;
}

interface Attempt {
  pid: number;
  startedAt: number;
}

/** Waits until there are so many. */
async function attemptsOf({ db }: Apart, id: string, count: number): Promise<Attempt[]> {
  let found: Attempt[] = [];
  await eventually(
    async () => {
      const { rows } = await db.query<Attempt>(
        `select w.process_id as pid, extract(epoch from a.started_at)::float8 * 1000 as "startedAt"
         from job_attempts a join workers w on w.id = a.worker_id where a.job_id = $1 order by a.started_at`,
        [id],
      );
      found = rows;
      return rows.length >= count;
    },
    { withinMs: 60_000, everyMs: 50 },
  );
  return found;
}
