import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { ownGpuFor } from '../../src/cli/served.js';
import { loadConfig } from '../../src/config.js';
import { createTestDatabase, type TestDatabase } from '../support/servers.js';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(() => database.drop());

describe('a process that comes second to a card', () => {
  it('is refused, or serves all else where it was asked for everything; a third without a GPU is asked nothing', async () => {
    const warned: string[] = [];
    const silent = (): undefined => undefined;
    const log = {
      info: silent,
      warn: (_about: object, told: string) => void warned.push(told),
      error: silent,
    };
    const parts = { db: database.db, log };
    const config = loadConfig({});
    const first = await ownGpuFor(parts, { config, roles: ['gpu'] });
    expect(first.queues).toEqual(['gpu-encode', 'gpu-ai']);

    const [refused, second] = await Promise.allSettled([
      ownGpuFor(parts, { config, roles: ['gpu'] }),
      ownGpuFor(parts, { config, roles: ['core', 'cpu', 'gpu'], withoutGpu: true }),
    ]);
    expect(refused).toMatchObject({ status: 'rejected', reason: { kind: 'superseded' } });
    expect(second).toMatchObject({ status: 'fulfilled', value: { queues: [] } });
    expect(warned).toEqual(['the GPU queues are left to their owner; all else is served']);

    expect((await ownGpuFor(parts, { config, roles: ['core', 'cpu'] })).queues).toEqual([]);
    await first.release();
  });
});
