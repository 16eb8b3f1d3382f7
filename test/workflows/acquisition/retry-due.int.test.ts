import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { ensureDefaults } from '../../../src/cli/defaults.js';
import { createJob } from '../../../src/jobs/create.js';
import { startTestCore, type TestCore } from '../../support/core.js';

let core: TestCore;

beforeAll(async () => {
  core = await startTestCore();
  await ensureDefaults(core.parts, { aria2: { missing: 'not needed here' } });
});

afterAll(() => core.stop());

async function run(type: string, params: object): Promise<unknown> {
  const { job } = await createJob(core.parts, { type, params, createdBy: 'test' });
  return (await core.until(job.id, ({ status }) => status === 'completed')).result;
}

describe('requests whose timers are lost', () => {
  it('search again when retry_missing runs, and not before they are due', async () => {
    const item = { mediaType: 'audiobook', title: 'The Sleeper Awakes', author: 'H. G. Wells' };
    const { job } = await createJob(core.parts, {
      type: 'request',
      params: { item, libraryId: 'library' },
      createdBy: 'test',
    });
    await core.until(job.id, ({ waitingReason }) => waitingReason === 'next_search');
    expect(await run('retry_missing', {})).toEqual({ woken: 0 });
    expect(await run('retry_imports', { all: true })).toEqual({ woken: 0 });

    await core.parts.db.query(`update jobs set wait_until = now() - interval '1 hour' where id = $1`, [
      job.id,
    ]);
    expect(await run('retry_missing_torrents', {})).toEqual({ woken: 1 });
    const searched = (times: number): Promise<unknown> =>
      core.until(
        job.id,
        ({ children, waitingReason }) => children.length === times && waitingReason === 'next_search',
      );
    await searched(2);

    // "Search for all that is missing now", though nothing is due.
    expect(await run('retry_missing', { all: true })).toEqual({ woken: 1 });
    await searched(3);
  });
});
