import { beforeEach, describe, expect, it } from '@jest/globals';

import type { Lease, RoomAnswer, RoomAsk } from '../../src/activities/jobs/room.js';
import { leaseNeeds, type LeaseNeeds } from '../../src/domain/jobs/leases.js';
import type { RoomWait } from '../../src/store/room.js';
import { LEDGER_TIMES, LedgerBook } from '../../src/workers/ledger-book.js';

const CARD = leaseNeeds({ vramMb: 16_000, encoderSessions: 2, cpuTokens: 4 });
const HOLD = LEDGER_TIMES.holdAfterMs;

let book: LedgerBook;
let changes: number;

beforeEach(() => {
  changes = 0;
  book = new LedgerBook({
    capacity: CARD,
    slots: { 'gpu-encode': 2 },
    times: { ...LEDGER_TIMES, patienceMs: 20 },
    listener: {
      changed: () => {
        changes += 1;
      },
      shown: () => undefined,
    },
  });
});

function askOf(jobId: string, needs: Partial<LeaseNeeds>, more: Partial<RoomAsk> = {}): RoomAsk {
  return {
    ...{ key: `${jobId}/encode/1/x`, jobId, step: 'encode', queue: 'gpu-encode', needs: leaseNeeds(needs) },
    turn: { priority: 5, since: 0, refusedForMs: 0 },
    signal: new AbortController().signal,
    ...more,
  };
}

function rowOf(jobId: string, needs: Partial<LeaseNeeds>, more: Partial<RoomWait> = {}): RoomWait {
  return {
    ...{ jobId, step: 'encode', occurrence: 1, inputHash: 'x', queue: 'gpu-encode' },
    ...{ priority: 5, since: 0, refusedForMs: 1, needs: leaseNeeds(needs), isAsking: true },
    ...more,
  };
}

function decide(rows: RoomWait[] = [], nowMs = 0): string[] {
  return book.decide(rows, nowMs).map(({ jobId }) => jobId);
}

async function take(jobId: string, needs: Partial<LeaseNeeds>): Promise<Lease> {
  const answering = book.ask(askOf(jobId, needs));
  decide();
  const answer = await answering;
  if (answer.kind === 'refused') throw new Error(`${jobId} was refused`);
  return answer;
}

const shown = (): string[] => book.rows().map(({ kind, jobId }) => `${kind} ${jobId}`);

describe('an attempt that asks', () => {
  it('gets what fits, gives it back once, and is told what is missing where it does not fit', async () => {
    const first = await take('first', { vramMb: 12_000 });
    const refused = book.ask(askOf('second', { vramMb: 8_000 }));
    decide();
    expect(await refused).toEqual({
      kind: 'refused',
      shortage: { reason: 'vram_busy', detail: 'needs 8,000 MB of VRAM, 4,000 free' },
    });
    first.release();
    first.release();
    expect(book.used()).toEqual(leaseNeeds({}));
  });

  it('gives a part of it to others while it goes on, and never takes more that way', async () => {
    const first = await take('first', { vramMb: 12_000, cpuTokens: 1 });
    const refused = book.ask(askOf('second', { vramMb: 8_000 }));
    expect((await refused).kind).toBe('refused');
    changes = 0;
    first.shrink(leaseNeeds({ cpuTokens: 3 }));
    expect(changes).toBe(1);
    expect(book.used()).toEqual(leaseNeeds({ cpuTokens: 1 }));
    await take('third', { vramMb: 16_000 });
    first.release();
    first.shrink(leaseNeeds({ cpuTokens: 1 }));
    expect(book.used()).toEqual(leaseNeeds({ vramMb: 16_000 }));
  });

  it('is answered at once where it was refused before: it comes from a timer', async () => {
    await take('first', { vramMb: 16_000 });
    const turn = { priority: 5, since: 0, refusedForMs: 1 };
    const asked = book.ask(askOf('second', { vramMb: 1 }, { turn }));
    const begun = performance.now();
    decide();
    expect((await asked).kind).toBe('refused');
    expect(performance.now() - begun).toBeLessThan(15);
  });

  it('gets what is given back while it waits in its slot, before one behind it', async () => {
    const first = await take('first', { vramMb: 16_000 });
    const late = book.ask(
      askOf('late', { vramMb: 9_000 }, { turn: { priority: 5, since: 2, refusedForMs: 0 } }),
    );
    const early = book.ask(askOf('early', { vramMb: 9_000 }));
    first.release();
    decide();
    expect((await early).kind).toBe('lease');
    expect((await late).kind).toBe('refused');
  });

  it('takes nothing once it was told to stop', async () => {
    const stop = new AbortController();
    await take('first', { vramMb: 16_000 });
    const asked = book.ask(askOf('second', { vramMb: 1 }, { signal: stop.signal }));
    stop.abort(new Error('paused'));
    await expect(asked).rejects.toThrow('paused');
    await expect(book.ask(askOf('second', {}, { signal: stop.signal }))).rejects.toThrow('paused');
    decide();
    expect(shown()).toEqual(['lease first']);
  });
});

describe('a step that waits in its row', () => {
  it('is told once, and its room is kept until it is here', async () => {
    const row = rowOf('told', { vramMb: 12_000 });
    expect(decide([row])).toEqual(['told']);
    expect(decide([row])).toEqual([]);
    const other = book.ask(askOf('other', { vramMb: 8_000 }));
    decide([row]);
    expect((await other).kind).toBe('refused');
    expect((await book.ask(askOf('told', { vramMb: 12_000 }))).kind).toBe('lease');
    expect(shown()).toEqual(['lease told']);
  });

  it('that does not come loses its room, and is told again only later', () => {
    const row = rowOf('stuck', { vramMb: 12_000 }, { refusedForMs: HOLD });
    const other = rowOf('other', { vramMb: 12_000 }, { since: 1 });
    expect(decide([row, other], 0)).toEqual(['stuck']);
    expect(decide([row, other], LEDGER_TIMES.offerMs)).toEqual(['other']);
    book.withdraw(other, { isGone: false, nowMs: LEDGER_TIMES.offerMs });
    const later = LEDGER_TIMES.offerMs + LEDGER_TIMES.coolMs;
    expect(decide([row], later - 1)).toEqual([]);
    expect(decide([row], later)).toEqual(['stuck']);
  });

  it('that comes too late asks as any other, and may be told again at once', async () => {
    const row = rowOf('late', { vramMb: 16_000 });
    decide([row], 0);
    const first = book.ask(askOf('first', { vramMb: 16_000 }));
    decide([row], LEDGER_TIMES.offerMs);
    const lease = (await first) as RoomAnswer & { release: () => void };
    const late = book.ask(askOf('late', { vramMb: 16_000 }));
    decide([], LEDGER_TIMES.offerMs);
    expect((await late).kind).toBe('refused');
    lease.release();
    expect(decide([row], LEDGER_TIMES.offerMs)).toEqual(['late']);
  });

  it('needs a free slot too: those that are taken or promised do not count', () => {
    const leave = book.enter('gpu-encode');
    const rows = [rowOf('one', { vramMb: 1 }), rowOf('two', { vramMb: 1 })];
    expect(decide(rows)).toEqual(['one']);
    expect(decide(rows)).toEqual([]);
    leave();
    expect(decide(rows)).toEqual(['two']);
  });

  it('keeps its hold while it waits for a slot again, and is not told there', () => {
    const held = rowOf('held', { vramMb: 16_000 }, { refusedForMs: HOLD, isAsking: false });
    expect(decide([held, rowOf('small', { vramMb: 1 }, { since: 1 })])).toEqual([]);
    expect(shown()).toEqual(['hold held']);
  });
});

describe('a pass', () => {
  it('is asked for by what ends only where somebody waits, also one whose row is not yet written', async () => {
    const leave = book.enter('gpu-encode');
    const lease = await take('first', { vramMb: 16_000 });
    changes = 0;
    leave();
    expect(changes).toBe(0);
    const refused = book.ask(askOf('second', { vramMb: 1 }));
    expect((await refused).kind).toBe('refused');
    decide();
    changes = 0;
    lease.release();
    expect(changes).toBe(1);
  });
});
