import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { createJob } from '../../src/jobs/create.js';
import { applyQueues, pauseQueue, resumeQueue, viewQueueLine, viewQueues } from '../../src/jobs/queues.js';
import { listAttempts } from '../../src/store/waits.js';
import { createTemporalGateway } from '../../src/temporal/gateway.js';
import { startTestCore, type TestCore } from '../support/core.js';
import { eventually } from '../support/eventually.js';
import { startOwnTemporal, type OwnTemporal } from '../support/own-temporal.js';

// A server of its own: a queue that stands still would hold up the tests of every other file.
let temporal: OwnTemporal;
let core: TestCore;

beforeAll(async () => {
  temporal = await startOwnTemporal();
  core = await startTestCore({ temporal });
});

// So that one that fails does not hold up the others.
afterEach(() => resumeQueue(core.parts, 'cpu'));

afterAll(async () => {
  await core.stop();
  await temporal.stop();
});

async function begin(label: string, options: { count?: number; priority?: number } = {}): Promise<string> {
  const params = { count: options.count ?? 2, everyMs: 20, label };
  const wish = { type: 'demo_steps', params, createdBy: 'test', priority: options.priority };
  return (await createJob(core.parts, wish)).job.id;
}

async function attemptsOf(ids: string[]): Promise<number> {
  return (await Promise.all(ids.map((id) => listAttempts(core.parts.db, id)))).flat().length;
}

const pauseCpu = (reason: string | null = null): Promise<void> =>
  pauseQueue(core.parts, { queue: 'cpu', by: 'somebody', reason });

const completed = ({ status }: { status: string }): boolean => status === 'completed';

describe('a paused queue', () => {
  it('begins nothing and says so at each job, also after a restart of Temporal; resumed, all run', async () => {
    await pauseCpu('new disks');
    const later = await begin('later', { priority: 9 });
    const ids = [later, await begin('first', { priority: 1 }), await begin('second')];
    for (const id of ids) {
      const view = await core.until(id, ({ waitingReason }) => waitingReason === 'queue_paused');
      expect(view).toMatchObject({ status: 'queued', queue: 'cpu', step: 'countUp' });
      expect(view.sentence).toMatch(/^waits because its queue is paused \(cpu: new disks\)/);
    }
    expect((await core.view(later)).sentence).toContain('; 2 ahead');
    const line = await viewQueueLine(core.parts.db, 'cpu');
    expect(line).toMatchObject({ waiting: 3, running: 0, slots: 3, workers: 1, requested: null });
    expect(line.steps.map(({ jobId, position }) => [position, jobId])).toEqual([
      [1, ids[1]],
      [2, ids[2]],
      [3, ids[0]],
    ]);
    expect(line.oldestSince).toBe(line.steps.map(({ since }) => since).toSorted()[0]);

    await temporal.restart();
    await eventually(() => core.parts.temporal.healthy());
    // The server has dispatched again once a step of another queue has run: none of ours has.
    const { job } = await createJob(core.parts, { type: 'demo_noop', params: {}, createdBy: 'test' });
    await core.until(job.id, completed, 30_000);
    expect(await attemptsOf(ids)).toBe(0);

    await resumeQueue(core.parts, 'cpu');
    for (const id of ids) await core.until(id, completed);
    expect((await viewQueues(core.parts.db)).find(({ queue }) => queue === 'cpu')).toMatchObject({
      ...{ waiting: 0, oldestSince: null, paused: null, requested: null },
    });
  });

  it('lets what runs go on, and a waiting job be cancelled', async () => {
    const running = await begin('runs', { count: 60 });
    await core.until(running, ({ status }) => status === 'running');
    await pauseCpu();
    const waiting = await begin('waits');
    await core.until(waiting, ({ waitingReason }) => waitingReason === 'queue_paused');
    await core.until(running, completed);
    await core.parts.temporal.cancel(waiting);
    await core.until(waiting, ({ status }) => status === 'cancelled', 5_000);
    await resumeQueue(core.parts, 'cpu');
  });

  it('stands as asked while Temporal is away, and Temporal is told by the sweeper', async () => {
    const gateway = createTemporalGateway({ address: '127.0.0.1:5', namespace: 'none' });
    const begun = performance.now();
    const away = { ...core.parts, temporal: gateway };
    await pauseQueue(away, { queue: 'cpu', by: 'somebody', reason: null });
    expect(performance.now() - begun).toBeLessThan(2_500);
    const cpu = async () =>
      (await viewQueues(core.parts.db)).find(({ queue }) => queue === 'cpu') ?? { requested: 'none' };
    expect(await cpu()).toMatchObject({ paused: { by: 'somebody' } });
    await eventually(async () => (await cpu()).requested === null, { withinMs: 15_000 });
    const id = await begin('held');
    await core.until(id, ({ waitingReason }) => waitingReason === 'queue_paused');
    expect(await attemptsOf([id])).toBe(0);
    await resumeQueue(core.parts, 'cpu');
    await core.until(id, completed);
    await gateway.close();
  });

  it('is told again to a Temporal that has forgotten it, when a core begins to lead', async () => {
    await pauseCpu();
    await core.parts.temporal.limitQueue({ queue: 'cpu', paused: false, reason: 'forgotten' });
    await applyQueues(core.parts, { all: false });
    const free = await begin('slips through');
    await core.until(free, completed);
    await applyQueues(core.parts, { all: true });
    const held = await begin('held again');
    await core.until(held, ({ waitingReason }) => waitingReason === 'queue_paused');
    expect(await attemptsOf([held])).toBe(0);
    await resumeQueue(core.parts, 'cpu');
    await core.until(held, completed);
  });

  it('ends as the last one said who asked, of many at once', async () => {
    await Promise.all(
      Array.from({ length: 6 }, (_, at) => (at % 2 === 0 ? pauseCpu() : resumeQueue(core.parts, 'cpu'))),
    );
    await resumeQueue(core.parts, 'cpu');
    const id = await begin('free');
    await core.until(id, completed);
  });
});
