import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { ActivityDeps } from '../../src/activities/deps.js';
import { createJob } from '../../src/jobs/create.js';
import { makeWish } from '../../src/jobs/wish.js';
import { createTemporalGateway } from '../../src/temporal/gateway.js';
import { startSweeper } from '../../src/workers/sweeper.js';
import { startTestCore, type TestCore } from '../support/core.js';
import { eventually } from '../support/eventually.js';

let core: TestCore;

beforeAll(async () => {
  core = await startTestCore({ sweeper: false });
});

afterAll(() => core.stop());

/** Temporal whose list of open runs comes only when it is let go: that of a house whose comparison takes long. */
function slowToList(parts: ActivityDeps): { deps: ActivityDeps; asked: () => number; letGo: () => void } {
  let asked = 0;
  let letGo: () => void = () => undefined;
  const gone = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  async function* openRuns(): ReturnType<ActivityDeps['temporal']['openRuns']> {
    asked += 1;
    await gone;
    yield* parts.temporal.openRuns();
  }
  const temporal = { ...parts.temporal, openRuns };
  return { deps: { ...parts, temporal }, asked: () => asked, letGo };
}

async function isLed({ db }: ActivityDeps): Promise<boolean> {
  const { rows } = await db.query(
    `select from pg_locks where locktype = 'advisory' and objid = 4100010
       and database = (select oid from pg_database where datname = current_database())`,
  );
  return rows.length > 0;
}

describe('the sweeper', () => {
  it('tells Temporal what it was asked for while the comparison of all jobs goes on, and stops after it', async () => {
    const params = { count: 600, everyMs: 100, label: 'swept' };
    const { id } = (await createJob(core.parts, { type: 'demo_steps', params, createdBy: 'test' })).job;
    await core.until(id, ({ status }) => status === 'running');
    const slow = slowToList(core.parts);
    const sweeper = startSweeper(slow.deps);
    await eventually(() => slow.asked() === 1, { withinMs: 15_000 });

    const nowhere = createTemporalGateway({ address: '127.0.0.1:5', namespace: 'none' });
    await makeWish({ ...core.parts, temporal: nowhere }, { jobId: id, kind: 'cancel', madeBy: 'somebody' });
    await core.until(id, ({ status }) => status === 'cancelled', 15_000);
    expect(slow.asked()).toBe(1);

    expect(await isLed(core.parts)).toBe(true);
    let stopped = false;
    const stopping = sweeper.stop().then(() => {
      stopped = true;
    });
    await eventually(async () => !(await isLed(core.parts)));
    expect(stopped).toBe(false);
    slow.letGo();
    await stopping;
    await nowhere.close();
  });
});
