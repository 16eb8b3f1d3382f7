import { setTimeout as sleep } from 'node:timers/promises';

import { atMostMs, medianAndP99 } from '../harness/delays.js';
import type { Part } from '../harness/bench.js';
import { openEvents, type EventReader } from '../../support/event-reader.js';
import type { ServiceSet } from '../stage/service-set.js';
import { postJob, untilRow } from './post-job.js';
import type { JobsStage } from './stage.js';

const CHANGES = 120;
/** They change several times a second each, as a house at work does. */
const RUNNING = 2;

/** From a change's commit to its event at a client of GET /api/events, while some jobs run. */
export const stateStream: Part<JobsStage> = {
  name: 'events',
  measure: async ({ set }) => {
    const running = await startCounting(set);
    const reader = await openEvents(`${set.service.url}/api/events`, { headers: set.headers() });
    try {
      const { id } = await postJob(set, 'demo_noop', { label: 'changed again and again' });
      await untilRow(set, id, `j.status = 'completed'`);
      const delays: number[] = [];
      for (let change = 0; change < CHANGES; change += 1) {
        await sleep(Math.random() * 200);
        delays.push(await delayOfChange(set, reader, id));
      }
      return medianAndP99('change committed to its event received', delays, atMostMs(200));
    } finally {
      await reader.leave();
      for (const one of running) await set.send('POST', `/api/jobs/${one}/cancel`);
      for (const one of running) await untilRow(set, one, `j.status = 'cancelled'`);
    }
  },
};

async function startCounting(set: ServiceSet): Promise<string[]> {
  const ids: string[] = [];
  for (let number = 0; number < RUNNING; number += 1) {
    const params = { count: 100_000, everyMs: 250, label: `beside the events, ${number}` };
    const { id } = await postJob(set, 'demo_steps', params);
    await untilRow(set, id, `j.status = 'running'`);
    ids.push(id);
  }
  return ids;
}

/** A change as every writer makes it: by touch_job(), which raises the version and tells listeners. */
async function delayOfChange({ db }: ServiceSet, reader: EventReader, id: string): Promise<number> {
  const before = reader.events.length;
  await db.query('select touch_job($1)', [id]);
  const committedAt = performance.now();
  const { rows } = await db.query<{ version: number }>('select version from jobs where id = $1', [id]);
  const version = rows[0]?.version;
  const event = await reader.until(({ data }) => {
    const told = data as { id?: string; version?: number };
    return told.id === id && told.version === version;
  }, before);
  return Math.max(0, event.at - committedAt);
}
