import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { createJob } from '../../src/jobs/create.js';
import { makeWish } from '../../src/jobs/wish.js';
import { listAttempts } from '../../src/store/waits.js';
import { startTestCore, type TestCore } from '../support/core.js';

let core: TestCore;

beforeAll(async () => {
  core = await startTestCore();
});

afterAll(() => core.stop());

async function begin(type: string, params: object = {}): Promise<string> {
  return (await createJob(core.parts, { type, params, createdBy: 'test' })).job.id;
}

const ended = ({ endedAt }: { endedAt: string | null }): boolean => endedAt !== null;

describe('the demo family', () => {
  it('fails as often as told and then succeeds, each failure an attempt', async () => {
    const id = await begin('demo_fail', { times: 2, label: 'twice' });
    expect(await core.until(id, ended)).toMatchObject({ status: 'completed', result: { attempts: 3 } });
    const attempts = await listAttempts(core.parts.db, id);
    expect(attempts.map(({ outcome }) => outcome)).toEqual(['failed', 'failed', 'done']);
  });

  it('fails for good once its tries are spent, or at once where no repetition helps', async () => {
    const spent = await begin('demo_fail', { label: 'always' });
    const refused = await begin('demo_fail', { kind: 'bad_input', label: 'refused' });
    expect(await core.until(spent, ended)).toMatchObject({ status: 'failed', error: { kind: 'transient' } });
    expect(await core.until(refused, ended)).toMatchObject({
      status: 'failed',
      error: { kind: 'bad_input' },
    });
    expect((await listAttempts(core.parts.db, spent)).length).toBe(3);
    expect((await listAttempts(core.parts.db, refused)).length).toBe(1);
  });

  it('hangs until it is cancelled', async () => {
    const id = await begin('demo_hang');
    await core.until(id, ({ status }) => status === 'running');
    await makeWish(core.parts, { jobId: id, kind: 'cancel', madeBy: 'test' });
    await core.until(id, ({ status }) => status === 'cancelled', 3_000);
  });

  it('counts in children, and shares the one that two of them want', async () => {
    const wish = { children: 2, count: 3, everyMs: 20, shared: 'both' };
    const [one, other] = [
      await begin('demo_fan_out', { ...wish, label: 'one' }),
      await begin('demo_fan_out', { ...wish, label: 'other' }),
    ];
    const first = await core.until(one, ended);
    const second = await core.until(other, ended);
    expect([first.status, second.status]).toEqual(['completed', 'completed']);
    expect(first.result).toMatchObject({ completed: 2 });
    expect((second.result as { shared: string }).shared).toBe((first.result as { shared: string }).shared);
  });

  it('fills memory and lets go of it', async () => {
    const id = await begin('demo_memory', { mebibytes: 20, holdMs: 100 });
    expect(await core.until(id, ended)).toMatchObject({ status: 'completed', result: { mebibytes: 20 } });
  });
});
