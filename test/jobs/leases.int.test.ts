import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { leaseNeeds } from '../../src/domain/jobs/leases.js';
import { createJob } from '../../src/jobs/create.js';
import type { JobView } from '../../src/jobs/view.js';
import { makeWish } from '../../src/jobs/wish.js';
import { listLeases } from '../../src/store/leases.js';
import { listAttempts } from '../../src/store/waits.js';
import { startTestCore, type TestCore } from '../support/core.js';
import { eventually } from '../support/eventually.js';

const CARD_MB = 16_000;
const HOLD_AFTER_MS = 3_000;

let core: TestCore;

beforeAll(async () => {
  core = await startTestCore({
    queues: { workflows: 20, io: 20, admin: 4, cpu: 5, 'gpu-encode': 2, 'gpu-ai': 1 },
    capacity: leaseNeeds({ vramMb: CARD_MB, encoderSessions: 2, aiSlots: 1, cpuTokens: 4 }),
    ledgerTimes: { holdAfterMs: HOLD_AFTER_MS },
  });
});

afterAll(() => core.stop());

const begun: string[] = [];

// So that one that fails does not hold up the others.
afterEach(async () => {
  await Promise.all(begun.map((id) => core.parts.temporal.cancel(id)));
  for (const id of begun.splice(0)) await core.until(id, ended);
});

interface Wish {
  queue?: 'cpu' | 'gpu-encode' | 'gpu-ai';
  vramMb?: number;
  encoderSessions?: number;
  cpuTokens?: number;
  holdMs?: number;
  priority?: number;
}

async function begin(label: string, { priority, ...given }: Wish): Promise<string> {
  const params = { holdMs: 60_000, ...given, label };
  const { job } = await createJob(core.parts, { type: 'demo_lease', params, createdBy: 'test', priority });
  begun.push(job.id);
  return job.id;
}

const ended = ({ status }: JobView): boolean => status === 'completed' || status === 'cancelled';
const completed = ({ status }: JobView): boolean => status === 'completed';
const running = ({ status }: JobView): boolean => status === 'running';
const waits = ({ waitingReason }: JobView): boolean =>
  waitingReason === 'vram_busy' || waitingReason === 'encoder_sessions';

async function beginRunning(label: string, wish: Wish): Promise<string> {
  const id = await begin(label, wish);
  await core.until(id, running);
  return id;
}

async function beginWaiting(label: string, wish: Wish): Promise<string> {
  const id = await begin(label, wish);
  await core.until(id, waits);
  return id;
}

const cancel = (id: string): Promise<unknown> => core.parts.temporal.cancel(id);

/** The most that attempts have held together at any moment, by their rows. */
async function mostTogether(ids: string[], amountOf: (view: JobView) => number): Promise<number> {
  const changes: { at: number; by: number }[] = [];
  for (const id of ids) {
    const amount = amountOf(await core.view(id));
    for (const { startedAt, endedAt } of await listAttempts(core.parts.db, id))
      changes.push(
        { at: startedAt.getTime(), by: amount },
        { at: endedAt?.getTime() ?? Infinity, by: -amount },
      );
  }
  // What ends in a millisecond frees before what begins in it takes: rows know no finer time.
  let now = 0;
  return Math.max(
    ...changes.toSorted((one, other) => one.at - other.at || one.by - other.by).map(({ by }) => (now += by)),
  );
}

const vramOf = ({ params }: JobView): number => (params as { vramMb: number }).vramMb;

async function firstStart(id: string): Promise<number> {
  const [attempt] = await listAttempts(core.parts.db, id);
  return attempt?.startedAt.getTime() ?? Infinity;
}

describe('the host', () => {
  it('runs eight jobs together, as 5 + 2 + 1 (A12, D1)', async () => {
    const each = { cpu: 6, 'gpu-encode': 3, 'gpu-ai': 2 } as const;
    const ids = { cpu: [] as string[], 'gpu-encode': [] as string[], 'gpu-ai': [] as string[] };
    for (const queue of ['cpu', 'gpu-encode', 'gpu-ai'] as const)
      for (let count = 0; count < each[queue]; count += 1)
        ids[queue].push(await begin(`${queue} ${count}`, { queue, vramMb: queue === 'cpu' ? 0 : 2_000 }));
    const runningOf = async (queue: keyof typeof ids): Promise<number> =>
      (await Promise.all(ids[queue].map((id) => core.view(id)))).filter(running).length;
    const counts = async () => Promise.all([runningOf('cpu'), runningOf('gpu-encode'), runningOf('gpu-ai')]);
    await eventually(async () => (await counts()).join() === '5,2,1');
    const all = Object.values(ids).flat();
    await Promise.all(all.map(cancel));
    for (const id of all) await core.until(id, ended);
    expect(await mostTogether(ids.cpu, () => 1)).toBe(5);
    expect(await mostTogether(ids['gpu-encode'], () => 1)).toBe(2);
    expect(await mostTogether(ids['gpu-ai'], () => 1)).toBe(1);
    await eventually(async () => (await listLeases(core.parts.db)).length === 0);
  });

  it('never gives more VRAM than it has, and all are served', async () => {
    const ids: string[] = [];
    for (let count = 0; count < 12; count += 1) {
      const queue = count % 3 === 0 ? 'gpu-ai' : 'gpu-encode';
      ids.push(await begin(`crowd ${count}`, { queue, vramMb: 4_000 + (count % 4) * 2_500, holdMs: 300 }));
    }
    for (const id of ids) await core.until(id, completed, 50_000);
    expect(await mostTogether(ids, vramOf)).toBeLessThanOrEqual(CARD_MB);
    expect((await Promise.all(ids.map((id) => core.view(id)))).map(({ tries }) => tries)).toEqual(
      ids.map(() => 0),
    );
  });

  it('counts encoder sessions apart from VRAM, and cores apart from both', async () => {
    await beginRunning('both sessions', { vramMb: 1_000, encoderSessions: 2 });
    const id = await beginWaiting('third', { queue: 'gpu-ai', encoderSessions: 1 });
    expect(await core.view(id)).toMatchObject({
      waitingReason: 'encoder_sessions',
      sentence: 'waits for the GPU: its encoder sessions are taken (needs 1 encoder session, 0 free)',
    });
    await beginRunning('cores', { queue: 'cpu', cpuTokens: 9 });
    const other = await begin('more cores', { queue: 'cpu', cpuTokens: 1 });
    const detail = 'needs 1 CPU token, 0 free';
    expect(await core.until(other, ({ sentence }) => sentence.includes(detail))).toMatchObject({
      waitingReason: 'slots_busy',
    });
  });
});

describe('what does not fit', () => {
  it('says what it needs, is passed by what fits, and after the time gets what becomes free (D2)', async () => {
    const first = await beginRunning('first', { vramMb: 12_000 });
    const big = await beginWaiting('big', { vramMb: 15_000 });
    expect(await core.view(big)).toMatchObject({
      ...{ status: 'queued', queue: 'gpu-encode', queuePosition: 1, tries: 0 },
      sentence: 'waits for the GPU: its memory is taken (needs 15,000 MB of VRAM, 4,000 free)',
    });
    const small = await begin('small', { vramMb: 2_000, holdMs: 200 });
    await core.until(small, completed);
    expect(waits(await core.view(big))).toBe(true);

    await eventually(async () =>
      (await listLeases(core.parts.db)).some(({ kind, jobId }) => kind === 'hold' && jobId === big),
    );
    const later = await beginWaiting('later', { vramMb: 2_000 });
    expect((await core.view(later)).sentence).toContain('kept for one that waits for longer); 1 ahead');

    await cancel(first);
    await core.until(big, running, 8_000);
    expect(waits(await core.view(later))).toBe(true);
    await cancel(big);
    await core.until(later, running, 8_000);
  });

  it('is served by priority, then by since', async () => {
    const first = await beginRunning('all of it', { vramMb: CARD_MB });
    const whole = { vramMb: CARD_MB, holdMs: 300 };
    const ids = [
      await beginWaiting('last', { ...whole, priority: 7 }),
      await beginWaiting('second', { ...whole, priority: 3 }),
      await beginWaiting('third', { ...whole, priority: 3 }),
      await beginWaiting('first', { ...whole, priority: 1 }),
    ];
    const [last = '', second = '', third = '', urgent = ''] = ids;
    expect((await core.view(last)).queuePosition).toBe(4);
    await cancel(first);
    for (const id of ids) await core.until(id, completed);
    const order = [urgent, second, third, last];
    const starts = await Promise.all(order.map(firstStart));
    expect(starts).toEqual(starts.toSorted((one, other) => one - other));
  });

  it('moves with its priority', async () => {
    const first = await beginRunning('all of it', { vramMb: CARD_MB });
    const one = await beginWaiting('one', { vramMb: CARD_MB, holdMs: 300 });
    const other = await beginWaiting('other', { vramMb: CARD_MB, holdMs: 300 });
    await makeWish(core.parts, { jobId: other, kind: 'setPriority', priority: 2, madeBy: 'test' });
    await core.until(other, ({ priority, requested }) => priority === 2 && requested === null);
    await cancel(first);
    await core.until(one, completed);
    expect(await firstStart(other)).toBeLessThan(await firstStart(one));
  });

  it('can be paused, then holds up nobody, and takes its place again when it is resumed', async () => {
    const first = await beginRunning('all of it', { vramMb: CARD_MB });
    const paused = await beginWaiting('paused', { vramMb: CARD_MB, holdMs: 300 });
    await makeWish(core.parts, { jobId: paused, kind: 'pause', madeBy: 'somebody' });
    await core.until(paused, ({ status }) => status === 'paused');
    const other = await beginWaiting('other', { vramMb: CARD_MB, holdMs: 300 });
    await cancel(first);
    await core.until(other, completed);
    expect((await core.view(paused)).status).toBe('paused');
    await makeWish(core.parts, { jobId: paused, kind: 'resume', madeBy: 'somebody' });
    await core.until(paused, completed);
  });

  it('can be cancelled', async () => {
    await beginRunning('all of it', { vramMb: CARD_MB });
    const id = await beginWaiting('cancelled', { vramMb: 1 });
    await makeWish(core.parts, { jobId: id, kind: 'cancel', madeBy: 'somebody' });
    await core.until(id, ({ status }) => status === 'cancelled', 5_000);
    expect(await listAttempts(core.parts.db, id)).toEqual([]);
  });

  it('waits, and stops nobody, where the card is too small for it', async () => {
    const never = await beginWaiting('never', { vramMb: CARD_MB + 1 });
    expect((await core.view(never)).sentence).toContain(
      'needs 16,001 MB of VRAM, more than the 16,000 of this worker',
    );
    await core.until(await begin('whole', { vramMb: CARD_MB, holdMs: 100 }), completed);
  });
});
