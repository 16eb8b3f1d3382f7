import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { bulk } from '../../src/jobs/bulk.js';
import { createJob } from '../../src/jobs/create.js';
import type { JobFilter } from '../../src/store/job-list.js';
import type { BulkWish } from '../../src/store/bulk.js';
import { createTemporalGateway } from '../../src/temporal/gateway.js';
import { startTestCore, type TestCore } from '../support/core.js';

let core: TestCore;

beforeAll(async () => {
  core = await startTestCore();
});

afterAll(() => core.stop());

/** Jobs that run for a minute, so that nothing ends by itself. */
async function begin(label: string, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let number = 0; number < count; number += 1) {
    const params = { count: 600, everyMs: 100, label: `${label} ${number}` };
    ids.push((await createJob(core.parts, { type: 'demo_steps', params, createdBy: 'test' })).job.id);
  }
  return ids;
}

const order = (action: BulkWish['action'], filter: JobFilter): Parameters<typeof bulk>[1] => ({
  wish: { action },
  filter,
  dryRun: false,
  limit: 100,
  madeBy: 'somebody',
});

async function until(ids: string[], status: string, withinMs?: number): Promise<void> {
  for (const id of ids) await core.until(id, (view) => view.status === status, withinMs);
}

describe('a bulk action', () => {
  it('is carried out on every job: paused, resumed, cancelled, and begun anew', async () => {
    const ids = await begin('steered', 3);
    const filter = { search: 'steered' };
    await until(ids, 'running');
    expect(await bulk(core.parts, order('pause', filter))).toMatchObject({ taken: 3, refused: [] });
    await until(ids, 'paused', 3_000);
    expect(await bulk(core.parts, order('resume', filter))).toMatchObject({ taken: 3, refused: [] });
    await until(ids, 'running');
    expect(await bulk(core.parts, order('cancel', filter))).toMatchObject({ taken: 3, refused: [] });
    await until(ids, 'cancelled', 3_000);
    expect(await bulk(core.parts, order('retry', filter))).toMatchObject({ taken: 3, refused: [] });
    await until(ids, 'running');
    await bulk(core.parts, order('cancel', filter));
    await until(ids, 'cancelled', 3_000);
  });

  it('made while Temporal is away takes effect once it is back, by the sweeper', async () => {
    const ids = await begin('away', 2);
    await until(ids, 'running');
    const temporal = createTemporalGateway({ address: '127.0.0.1:5', namespace: 'none' });
    const away = { ...core.parts, temporal };
    expect(await bulk(away, order('cancel', { ids }))).toMatchObject({ taken: 2, refused: [] });
    await until(ids, 'cancelled', 15_000);
    await temporal.close();
  });
});
