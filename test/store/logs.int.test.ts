import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { appendLogs, listLogs, type LogEntry } from '../../src/store/logs.js';
import { createTestDatabase, type TestDatabase } from '../support/servers.js';
import { storeJob } from '../support/stored-job.js';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(() => database.drop());

const ATTEMPT = '00000000-0000-4000-8000-000000000001';

function lines(jobId: string, from: number, to: number, attemptId: string | null = null): LogEntry[] {
  return Array.from({ length: to - from }, (_, at) => ({
    ...{ jobId, attemptId, seq: from + at, time: new Date(), level: 'info' as const },
    ...{ context: 'countUp', message: `line ${from + at}`, metadata: null },
  }));
}

async function count(jobId: string): Promise<number> {
  return (await listLogs(database.db, { jobId, after: 0, limit: 100_000 })).length;
}

describe('appendLogs', () => {
  it('keeps a batch that comes again once', async () => {
    const { id } = await storeJob(database.db);
    const batch = lines(id, 0, 3, ATTEMPT);
    await appendLogs(database.db, batch);
    await appendLogs(database.db, [...batch, ...lines(id, 3, 4, ATTEMPT)]);
    expect(await count(id)).toBe(4);
  });

  it('drops lines of a job that is gone, and keeps the others of the batch', async () => {
    const { id } = await storeJob(database.db);
    await appendLogs(database.db, [...lines('none-00000000', 0, 1), ...lines(id, 0, 1)]);
    expect(await count(id)).toBe(1);
  });

  it('never keeps more than 10,000 lines of one job, whatever the size of the batches', async () => {
    const { id } = await storeJob(database.db);
    await appendLogs(database.db, lines(id, 0, 9_990));
    await appendLogs(database.db, lines(id, 9_990, 12_000));
    await appendLogs(database.db, lines(id, 12_000, 12_010));
    expect(await count(id)).toBe(10_000);
  });

  it('tells listeners of each job once a batch', async () => {
    const { id } = await storeJob(database.db);
    const client = await database.db.dedicated();
    const told: (string | undefined)[] = [];
    client.on('notification', ({ payload }) => told.push(payload));
    await client.query('listen longplay_logs');
    await appendLogs(database.db, lines(id, 0, 5));
    await client.query('select 1');
    await client.end();
    expect(told).toEqual([id]);
  });
});
