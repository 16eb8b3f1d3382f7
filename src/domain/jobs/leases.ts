import type { WaitingReason } from './waiting.js';

/** What an attempt holds of its host while it runs (jobs.md §5 "Leases"). */
export interface LeaseNeeds {
  vramMb: number;
  encoderSessions: number;
  /** Models at once on the GPU. */
  aiSlots: number;
  /** Cores that a software encode or a model on the CPU keeps busy. */
  cpuTokens: number;
}

/** What a process has to give; 0: it has none of it, and books none. */
export type Capacity = LeaseNeeds;

type Resource = keyof LeaseNeeds;

/** In the order in which a lack is named. */
const RESOURCES = ['vramMb', 'encoderSessions', 'aiSlots', 'cpuTokens'] as const satisfies Resource[];

export const NO_NEEDS: LeaseNeeds = { vramMb: 0, encoderSessions: 0, aiSlots: 0, cpuTokens: 0 };

export function leaseNeeds(given: Partial<LeaseNeeds>): LeaseNeeds {
  return { ...NO_NEEDS, ...given };
}

/** Who was passed by others for so long gets a hold (media.md §1.7). */
export const HOLD_AFTER_MS = 10 * 60_000;

/** Who asks for room. */
export interface Asker {
  id: string;
  /** 1 is first. */
  priority: number;
  /** Since when it waits for its turn, ms since 1970. */
  since: number;
  needs: LeaseNeeds;
  /** How long ago it was first told that there is no room; 0 for a new one. */
  refusedForMs: number;
  /** The queue of which it needs a free slot; absent where it has one already. */
  slotOf?: string;
}

/** By (priority, since, id): the order in which all that waits is served. */
export function byTurn(one: Asker, other: Asker): number {
  return (
    one.priority - other.priority ||
    one.since - other.since ||
    (one.id < other.id ? -1 : one.id > other.id ? 1 : 0)
  );
}

export interface Admission<A extends Asker> {
  /** Begin now, all of them together. */
  admitted: A[];
  /** What is free or becomes free is kept for them, against those behind them. */
  held: A[];
}

/**
 * Who begins now. What does not fit is passed by what does, until it has waited for `holdAfterMs`: from then on what
 * it needs is kept from all behind it. Only of what it needs: a hold of VRAM stops no software encode.
 */
export function admit<A extends Asker>({
  capacity,
  used,
  slots,
  asking,
  holdAfterMs,
}: {
  capacity: Capacity;
  used: LeaseNeeds;
  /** Free slots of each queue. */
  slots: Readonly<Record<string, number>>;
  asking: readonly A[];
  holdAfterMs: number;
}): Admission<A> {
  const result: Admission<A> = { admitted: [], held: [] };
  const freeSlots = new Map(Object.entries(slots));
  let free = without(capacity, used);
  for (const asker of asking.toSorted(byTurn)) {
    const needs = booked(asker.needs, capacity);
    const freeOfQueue = asker.slotOf === undefined ? 1 : (freeSlots.get(asker.slotOf) ?? 0);
    if (fits(needs, free) && freeOfQueue > 0) {
      result.admitted.push(asker);
      if (asker.slotOf !== undefined) freeSlots.set(asker.slotOf, freeOfQueue - 1);
    } else if (asker.refusedForMs >= holdAfterMs && fits(needs, capacity)) {
      // What could never fit gets none: it would stop everything, for ever.
      result.held.push(asker);
    } else continue;
    free = without(free, needs);
  }
  return result;
}

/**
 * What of its needs is counted: nothing of what this process has none of (on a host without a GPU software does the
 * work), and no more cores than there are.
 */
export function booked(needs: LeaseNeeds, capacity: Capacity): LeaseNeeds {
  return {
    ...each((resource) => (capacity[resource] === 0 ? 0 : needs[resource])),
    cpuTokens: Math.min(needs.cpuTokens, capacity.cpuTokens),
  };
}

export function fits(needs: LeaseNeeds, free: LeaseNeeds): boolean {
  return RESOURCES.every((resource) => needs[resource] <= free[resource]);
}

/** What is left, never below nothing. */
export function without(free: LeaseNeeds, taken: LeaseNeeds): LeaseNeeds {
  return each((resource) => Math.max(0, free[resource] - taken[resource]));
}

/** Of each resource the smaller amount. */
export function least(one: LeaseNeeds, other: LeaseNeeds): LeaseNeeds {
  return each((resource) => Math.min(one[resource], other[resource]));
}

export function sumOf(all: readonly LeaseNeeds[]): LeaseNeeds {
  return each((resource) => all.reduce((sum, one) => sum + one[resource], 0));
}

function each(amountOf: (resource: Resource) => number): LeaseNeeds {
  return {
    vramMb: amountOf('vramMb'),
    encoderSessions: amountOf('encoderSessions'),
    aiSlots: amountOf('aiSlots'),
    cpuTokens: amountOf('cpuTokens'),
  };
}

/** Why a step waits for room, and in words how much of what it lacks. */
export interface Shortage {
  reason: RoomReason;
  detail: string;
}

export const ROOM_REASONS = [
  'vram_busy',
  'encoder_sessions',
  'slots_busy',
] as const satisfies WaitingReason[];
type RoomReason = (typeof ROOM_REASONS)[number];

export function isRoomReason(reason: WaitingReason | null): reason is RoomReason {
  return (ROOM_REASONS as readonly (WaitingReason | null)[]).includes(reason);
}

/** "needs 4,000 MB of VRAM, 1,200 free". */
export function shortageOf(
  given: LeaseNeeds,
  { capacity, used }: { capacity: Capacity; used: LeaseNeeds },
): Shortage {
  const needs = booked(given, capacity);
  const free = without(capacity, used);
  const lacking = RESOURCES.find((resource) => needs[resource] > free[resource]);
  // It would fit, but what is free is kept for one that waits for longer.
  const resource = lacking ?? RESOURCES.find((one) => needs[one] > 0) ?? 'vramMb';
  const amount = `needs ${amountInWords(resource, needs[resource])}`;
  const reason = REASONS[resource];
  if (needs[resource] > capacity[resource])
    return { reason, detail: `${amount}, more than the ${grouped(capacity[resource])} of this worker` };
  const kept = lacking === undefined ? ', kept for one that waits for longer' : '';
  return { reason, detail: `${amount}, ${grouped(free[resource])} free${kept}` };
}

const REASONS: Record<Resource, RoomReason> = {
  vramMb: 'vram_busy',
  encoderSessions: 'encoder_sessions',
  aiSlots: 'slots_busy',
  cpuTokens: 'slots_busy',
};

/** "4,000 MB of VRAM, 1 encoder session"; what is nothing is left out. */
export function needsInWords(needs: LeaseNeeds): string {
  return RESOURCES.filter((resource) => needs[resource] > 0)
    .map((resource) => amountInWords(resource, needs[resource]))
    .join(', ');
}

/** "4,000 MB of VRAM". */
export function amountInWords(resource: Resource, amount: number): string {
  const [one, many] = UNITS[resource];
  return `${grouped(amount)} ${amount === 1 ? one : many}`;
}

const UNITS: Record<Resource, readonly [string, string]> = {
  vramMb: ['MB of VRAM', 'MB of VRAM'],
  encoderSessions: ['encoder session', 'encoder sessions'],
  aiSlots: ['AI slot', 'AI slots'],
  cpuTokens: ['CPU token', 'CPU tokens'],
};

/** 4000 → "4,000". */
function grouped(amount: number): string {
  return String(amount).replaceAll(/(?<=\d)(?=(?:\d{3})+$)/g, ',');
}
