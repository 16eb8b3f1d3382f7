import type { Ledger } from '../activities/jobs/room.js';
import type { Capacity } from '../domain/jobs/leases.js';
import type { JobsDeps } from '../jobs/deps.js';
import { mirrorLeases } from '../store/leases.js';
import { roomWaits, type RoomWait } from '../store/room.js';
import { createWake } from '../store/wake.js';
import { LedgerBook, LEDGER_TIMES, type LedgerTimes } from './ledger-book.js';

/** What a change should have told is found within this time. */
const EVERY_MS = 5_000;

/** The signal by which a run that waits for room hears that it may ask again. */
const GRANTED = 'roomGranted';

export interface LedgerOptions {
  workerId: string;
  /** Slots of the queues that this process serves. */
  queues: Record<string, number>;
  capacity: Capacity;
  times?: Partial<LedgerTimes> | undefined;
}

export interface RunningLedger extends Ledger {
  /** Once the worker's own row is there. */
  begin: () => void;
  /** The host has more or less to give from now on. */
  setCapacity: (capacity: Capacity) => void;
  stop: () => Promise<void>;
}

type LedgerDeps = Pick<JobsDeps, 'db' | 'temporal' | 'log'>;

/**
 * The ledger of this process: it gives its attempts what they need of the host, and tells the first of those that
 * wait for room when there is some, at each change and each 5 s (jobs.md §5 "Leases").
 */
export function createLedger(deps: LedgerDeps, options: LedgerOptions): RunningLedger {
  const passes = createWake();
  const mirror = createMirror(deps, { workerId: options.workerId, rows: () => book.rows() });
  const book = new LedgerBook({
    capacity: options.capacity,
    slots: options.queues,
    times: { ...LEDGER_TIMES, ...options.times },
    listener: { changed: passes.wake, shown: mirror.wake },
  });
  const halt = new AbortController();
  let running: Promise<unknown> = Promise.resolve();
  const run = async (): Promise<void> => {
    while (!halt.signal.aborted) {
      await pass(deps, { book, queues: Object.keys(options.queues) }).catch((error: unknown) => {
        deps.log.warn({ err: error }, 'nobody could be given room; it is tried again');
      });
      await passes.wait(EVERY_MS);
    }
  };
  return {
    enter: book.enter,
    ask: book.ask,
    setCapacity: (capacity) => {
      book.setCapacity(capacity);
    },
    begin: () => {
      running = Promise.all([run(), mirror.run(halt.signal)]);
    },
    stop: async () => {
      halt.abort();
      passes.wake();
      mirror.wake();
      await running;
    },
  };
}

async function pass(
  deps: LedgerDeps,
  { book, queues }: { book: LedgerBook; queues: string[] },
): Promise<void> {
  const rows = await roomWaits(deps.db, queues);
  const told = book.decide(rows, performance.now());
  await Promise.all(told.map((row) => tell(deps, book, row)));
}

async function tell({ temporal, log }: LedgerDeps, book: LedgerBook, row: RoomWait): Promise<void> {
  try {
    if (await temporal.signal(row.jobId, GRANTED, [])) return;
    book.withdraw(row, { isGone: true, nowMs: performance.now() });
  } catch (error) {
    log.warn({ jobId: row.jobId, err: error }, 'a run could not be told that there is room; it is later');
    book.withdraw(row, { isGone: false, nowMs: performance.now() });
  }
}

/** Writes what the book shows, one write at a time, however often it changes meanwhile. */
function createMirror(
  { db, log }: LedgerDeps,
  { workerId, rows }: { workerId: string; rows: () => ReturnType<LedgerBook['rows']> },
): { wake: () => void; run: (halt: AbortSignal) => Promise<void> } {
  const wake = createWake();
  let written = '[]';
  const write = async (): Promise<void> => {
    const leases = rows();
    const text = JSON.stringify(leases);
    if (text === written) return;
    await mirrorLeases(db, { workerId, leases });
    written = text;
  };
  return {
    wake: wake.wake,
    run: async (halt) => {
      while (!halt.aborted) {
        await write().catch((error: unknown) => {
          log.warn({ err: error }, 'the leases could not be shown; it is tried again');
        });
        await wake.wait(EVERY_MS);
      }
      // What its rows still say ends with the worker's own.
      await write().catch(() => undefined);
    },
  };
}
