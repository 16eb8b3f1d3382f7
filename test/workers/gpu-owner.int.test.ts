import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { ownGpu, type GpuOwnership, type OwnedGpu } from '../../src/workers/gpu-owner.js';
import { eventually } from '../support/eventually.js';
import { createTestDatabase, type TestDatabase } from '../support/servers.js';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(() => database.drop());

const silent = (): undefined => undefined;
const log = { info: silent, warn: silent, error: silent };
const CARD: OwnedGpu = { host: 'attic', device: '0', queues: ['gpu-encode', 'gpu-ai'] };

const own = (gpu: Partial<OwnedGpu> = {}, lookMs = 100): Promise<GpuOwnership> =>
  ownGpu({ db: database.db, log }, { ...CARD, ...gpu }, { patienceMs: 100, lookMs });

const OWN_LOCKS = `from pg_locks where locktype = 'advisory' and database =
  (select oid from pg_database where datname = current_database())`;

/** As a restart of the database does. */
async function cutLocks(): Promise<void> {
  await database.db.query(`select pg_terminate_backend(pid) ${OWN_LOCKS}`);
  await eventually(async () => (await countLocks()) === 0, { everyMs: 5 });
}

async function countLocks(): Promise<number> {
  const { rows } = await database.db.query<{ count: number }>(`select count(*)::int as count ${OWN_LOCKS}`);
  return rows[0]?.count ?? 0;
}

describe('the owner of a card', () => {
  it('is one for its host, device and queue, and any for others', async () => {
    const first = await own();
    await expect(own({ queues: ['gpu-ai'] })).rejects.toThrow('The GPU 0 of attic has another owner');
    const others = [await own({ device: '1' }), await own({ host: 'cellar' })];
    await first.release();
    const next = await own({ queues: ['gpu-ai'] });
    await Promise.all([...others, next].map((one) => one.release()));
  });

  it('takes its card again after the database was away', async () => {
    const first = await own({}, 500);
    await cutLocks();
    await eventually(async () => (await countLocks()) === CARD.queues.length);
    await first.release();
  });

  it('hears of it when another process has taken the card meanwhile', async () => {
    const first = await own({}, 1_000);
    await cutLocks();
    const other = await own();
    await expect(first.lost).rejects.toThrow('has another owner');
    await other.release();
    await first.release();
  });
});
