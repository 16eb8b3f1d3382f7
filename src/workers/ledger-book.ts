import { randomUUID } from 'node:crypto';

import { roomKey, type Ledger, type RoomAnswer, type RoomAsk } from '../activities/jobs/room.js';
import {
  admit,
  booked,
  HOLD_AFTER_MS,
  least,
  shortageOf,
  sumOf,
  type Asker,
  type Capacity,
  type LeaseNeeds,
} from '../domain/jobs/leases.js';
import type { LeaseRow } from '../store/leases.js';
import type { RoomWait } from '../store/room.js';

export interface LedgerTimes {
  /** Who was passed for so long gets a hold. */
  holdAfterMs: number;
  /** How long an attempt waits in its slot for room. */
  patienceMs: number;
  /** How long room is kept for one that was told of it, until its attempt is here. */
  offerMs: number;
  /** Who did not come is not told again before: its run may be stuck. */
  coolMs: number;
}

export const LEDGER_TIMES: LedgerTimes = {
  holdAfterMs: HOLD_AFTER_MS,
  patienceMs: 2_000,
  offerMs: 10_000,
  coolMs: 60_000,
};

/** What the ledger does where others are: a pass that decides, or only a look at what it shows. */
export interface BookListener {
  /** Somebody may be served now. */
  changed: () => void;
  /** Only what is shown has changed. */
  shown: () => void;
}

interface OpenAsk {
  ask: RoomAsk;
  /** Once; it is no open ask afterwards. */
  answer: (answer: RoomAnswer) => void;
}

type Step = Pick<RoomAsk, 'key' | 'jobId' | 'step' | 'queue' | 'needs'>;

type Booking = Step & Pick<LeaseRow, 'kind' | 'since'>;

interface Waiting extends Asker {
  about: Step;
  /** Where it waits in its row; absent where it waits in a slot. */
  row?: RoomWait;
}

/** Of a queue of which nobody gets a slot: a step that waits in its line already keeps its hold there, and no more. */
const IN_LINE = 'in line';

/**
 * The ledger's memory: who holds what, who was told of room, and who asks. It decides by `decide` alone, with all that
 * ask and wait before it, so that nobody is served out of turn; it does no I/O.
 */
export class LedgerBook implements Ledger {
  #capacity: Capacity;
  readonly #slots: Readonly<Record<string, number>>;
  readonly #times: LedgerTimes;
  readonly #listener: BookListener;
  readonly #leases = new Map<string, Booking>();
  readonly #offers = new Map<string, Booking & { untilMs: number }>();
  readonly #asks = new Map<string, OpenAsk>();
  readonly #coolUntil = new Map<string, number>();
  readonly #taken = new Map<string, number>();
  #holds: Booking[] = [];
  /** Asks or rows; a pass looks only where somebody could be served. */
  #someoneWaits = false;
  /** Refused, and not yet seen among the rows. */
  readonly #refused = new Set<string>();

  constructor(options: {
    capacity: Capacity;
    slots: Readonly<Record<string, number>>;
    times: LedgerTimes;
    listener: BookListener;
  }) {
    this.#capacity = options.capacity;
    this.#slots = options.slots;
    this.#times = options.times;
    this.#listener = options.listener;
  }

  readonly enter = (queue: string): (() => void) => {
    this.#taken.set(queue, (this.#taken.get(queue) ?? 0) + 1);
    return () => {
      this.#taken.set(queue, (this.#taken.get(queue) ?? 1) - 1);
      this.#serveOthers();
    };
  };

  readonly ask = async (ask: RoomAsk): Promise<RoomAnswer> => {
    ask.signal.throwIfAborted();
    // Here at last, or again.
    this.#coolUntil.delete(ask.key);
    this.#refused.delete(ask.key);
    if (this.#offers.has(ask.key)) return this.#lease(ask);
    const id = randomUUID();
    const ended = new AbortController();
    try {
      return await new Promise<RoomAnswer>((resolve, reject) => {
        const answer = (given: RoomAnswer): void => {
          this.#asks.delete(id);
          resolve(given);
        };
        const giveUp = (): void => {
          this.#asks.delete(id);
          reject(ask.signal.reason as Error);
        };
        ask.signal.addEventListener('abort', giveUp, { once: true, signal: ended.signal });
        const timer = setTimeout(() => {
          answer(this.#refuse(ask));
        }, this.#times.patienceMs);
        ended.signal.addEventListener('abort', () => {
          clearTimeout(timer);
        });
        this.#asks.set(id, { ask, answer });
        this.#listener.changed();
      });
    } finally {
      ended.abort();
    }
  };

  /** What runs keeps what it holds, also where that is more than there is now. */
  setCapacity(capacity: Capacity): void {
    this.#capacity = capacity;
    this.#listener.changed();
  }

  /** Serves who asks, and returns who of the waiting rows is to be told that there is room for it now. */
  decide(rows: readonly RoomWait[], nowMs: number): RoomWait[] {
    this.#forget(nowMs);
    const asking = this.#asking(rows);
    for (const row of rows) this.#refused.delete(keyOf(row));
    const { admitted, held } = admit({
      capacity: this.#capacity,
      used: this.used(),
      slots: this.#freeSlots(),
      asking,
      holdAfterMs: this.#times.holdAfterMs,
    });
    this.#someoneWaits = admitted.length < asking.length;
    this.#holds = held.map(({ about, since }) => this.#booking('hold', about, new Date(since)));
    for (const { id, about, row } of admitted) {
      if (row === undefined) this.#asks.get(id)?.answer(this.#lease(about));
      else this.#offers.set(id, { ...this.#booking('offer', about), untilMs: nowMs + this.#times.offerMs });
    }
    this.#refuseAgain();
    this.#listener.shown();
    return admitted.flatMap(({ row }) => row ?? []);
  }

  /** Nobody could be told: its room is free, and it is told with the next pass, or later when its run is gone. */
  withdraw(row: RoomWait, { isGone, nowMs }: { isGone: boolean; nowMs: number }): void {
    const key = keyOf(row);
    this.#offers.delete(key);
    if (isGone) this.#coolUntil.set(key, nowMs + this.#times.coolMs);
  }

  used(): LeaseNeeds {
    return sumOf([...this.#leases.values(), ...this.#offers.values()].map(({ needs }) => needs));
  }

  /** As it is shown. */
  rows(): LeaseRow[] {
    const leases = [...this.#leases].map(([id, booking]) => ({ ...booking, id }));
    const others = [...this.#offers.values(), ...this.#holds].map((one) => ({
      ...one,
      id: `${one.kind}/${one.key}`,
    }));
    return [...leases, ...others].map(({ id, kind, jobId, step, queue, needs, since }) => ({
      ...{ id, kind, jobId, step, queue, needs, since },
    }));
  }

  /** Who is here already, in a slot or on its way, is not asked for by its row. */
  #asking(rows: readonly RoomWait[]): Waiting[] {
    const asks = [...this.#asks].map(([id, { ask }]): Waiting => ({
      id,
      needs: ask.needs,
      ...ask.turn,
      about: ask,
    }));
    const here = new Set([
      ...[...this.#asks.values()].map(({ ask }) => ask.key),
      ...[...this.#leases.values()].map(({ key }) => key),
      ...this.#offers.keys(),
      ...this.#coolUntil.keys(),
    ]);
    const waiting = rows
      .map((row): Waiting => {
        const { needs, priority, since, refusedForMs, queue } = row;
        const about = { ...row, key: keyOf(row) };
        const slotOf = row.isAsking ? queue : IN_LINE;
        return { id: about.key, needs, priority, since, refusedForMs, slotOf, about, row };
      })
      .filter(({ id }) => !here.has(id));
    return [...asks, ...waiting];
  }

  #freeSlots(): Record<string, number> {
    const offered = [...this.#offers.values()];
    return Object.fromEntries(
      Object.entries(this.#slots).map(([queue, slots]) => [
        queue,
        slots - (this.#taken.get(queue) ?? 0) - offered.filter((offer) => offer.queue === queue).length,
      ]),
    );
  }

  #lease(about: Step): RoomAnswer {
    const id = randomUUID();
    this.#offers.delete(about.key);
    this.#leases.set(id, this.#booking('lease', about));
    this.#listener.shown();
    return {
      kind: 'lease',
      shrink: (needs) => {
        const held = this.#leases.get(id);
        if (held === undefined) return;
        this.#leases.set(id, { ...held, needs: least(held.needs, needs) });
        this.#listener.shown();
        this.#serveOthers();
      },
      release: () => {
        if (!this.#leases.delete(id)) return;
        this.#listener.shown();
        this.#serveOthers();
      },
    };
  }

  #serveOthers(): void {
    if (this.#someoneWaits || this.#refused.size > 0) this.#listener.changed();
  }

  #refuse({ key, needs }: RoomAsk): RoomAnswer {
    this.#refused.add(key);
    return { kind: 'refused', shortage: shortageOf(needs, { capacity: this.#capacity, used: this.used() }) };
  }

  /** Who was refused before holds a slot for nothing: it comes from a timer, and is told when there is room. */
  #refuseAgain(): void {
    for (const { ask, answer } of this.#asks.values())
      if (ask.turn.refusedForMs > 0) answer(this.#refuse(ask));
  }

  #booking(kind: LeaseRow['kind'], { key, jobId, step, queue, needs }: Step, since = new Date()): Booking {
    return { kind, key, jobId, step, queue, needs: booked(needs, this.#capacity), since };
  }

  #forget(nowMs: number): void {
    for (const [key, { untilMs }] of this.#offers) {
      if (untilMs > nowMs) continue;
      this.#offers.delete(key);
      this.#coolUntil.set(key, nowMs + this.#times.coolMs);
    }
    for (const [key, untilMs] of this.#coolUntil) if (untilMs <= nowMs) this.#coolUntil.delete(key);
  }
}

function keyOf({ jobId, step, occurrence, inputHash }: RoomWait): string {
  return roomKey({ jobId, name: step, occurrence, inputHash });
}
