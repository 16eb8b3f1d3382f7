import type { ErrorTally } from './error-tally.js';

/** One stream's packets, as they were read one after the other; times are the file's own, seconds. */
export interface StreamTally {
  index: number;
  packets: number;
  firstSeconds: number | null;
  /** The present run of times, which a restart ends. */
  runStart: number;
  runEnd: number;
  /** Of all runs before the present one. */
  earlierSeconds: number;
  restarts: number;
  firstRestartAt: number | null;
  holes: number;
  firstHole: Hole | null;
}

export interface Hole {
  atSeconds: number;
  seconds: number;
  /** Bytes; -1: nobody tells. */
  offset: number;
}

export interface PacketTally {
  streams: StreamTally[];
  packets: number;
  errors: ErrorTally;
}

export interface Packet {
  stream: number;
  /** When it is shown, or else when it is decoded; null: it tells no time. */
  seconds: number | null;
  /** Order in which it is decoded; what is shown does not come in order. */
  order: number | null;
  duration: number;
  offset: number;
}

/** A step in the times that no film makes by itself, seconds. */
const LEAP = 0.5;

/** Adds one packet; changes the tally in place, since there are hundreds of thousands of them. */
export function addPacket(tally: StreamTally, { seconds, order, duration, offset }: Packet): void {
  tally.packets += 1;
  const at = order ?? seconds;
  if (at === null) return;
  const end = Math.max(at, seconds ?? at) + duration;
  if (tally.firstSeconds === null) {
    tally.firstSeconds = seconds ?? at;
    tally.runStart = tally.firstSeconds;
    tally.runEnd = end;
    return;
  }
  if (end < tally.runEnd - LEAP - duration) restart(tally, { at: seconds ?? at, end });
  else if (at > tally.runEnd + LEAP) addHole(tally, { at, offset });
  tally.runEnd = Math.max(tally.runEnd, end);
}

function restart(tally: StreamTally, { at, end }: { at: number; end: number }): void {
  tally.earlierSeconds += tally.runEnd - tally.runStart;
  tally.restarts += 1;
  tally.firstRestartAt ??= tally.earlierSeconds;
  tally.runStart = at;
  tally.runEnd = end;
}

function addHole(tally: StreamTally, { at, offset }: { at: number; offset: number }): void {
  tally.holes += 1;
  tally.firstHole ??= {
    atSeconds: tally.runEnd - (tally.firstSeconds ?? 0),
    seconds: at - tally.runEnd,
    offset,
  };
}

export function noPackets(index: number): StreamTally {
  return {
    ...{ index, packets: 0, firstSeconds: null, runStart: 0, runEnd: 0, earlierSeconds: 0 },
    ...{ restarts: 0, firstRestartAt: null, holes: 0, firstHole: null },
  };
}

/** How long a stream plays from its first packet to its last, restarts included, seconds. */
export function playedSeconds({ earlierSeconds, runStart, runEnd }: StreamTally): number {
  return earlierSeconds + runEnd - runStart;
}
