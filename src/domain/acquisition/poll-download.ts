import { doublingWait } from '../jobs/backoff.js';
import type { WaitingReason } from '../jobs/waiting.js';
import { addSample, estimate, type ProgressDetail, type ProgressSample } from '../jobs/progress.js';
import type { DownloadItem, DownloadState } from './download.js';
import type { DownloadTransition } from './download-transition.js';
import { countSeeding, NO_SEEDING, type SeedingFacts } from './poll-seeding.js';
import { NEW_CLOCK, tickStallClock, type StallClock, type StallLimits } from './stall-clock.js';

/** What is kept between two polls of one download. */
export interface PollFacts {
  clock: StallClock;
  /** Polls in a row that saw it complete. */
  completePolls: number;
  /** Polls in a row that saw that it waits in its client, or was paused there. */
  restingPolls: number;
  missingPolls: number;
  missingSinceMs: number | null;
  /** Bytes over the last 15 s, for rate and ETA. */
  samples: ProgressSample[];
  /** How often it was handed over again because the surroundings were at fault, and when it is due next. */
  held: { times: number; nextMs: number; clientPaused?: true } | null;
  /** Its source or its disk would not have it handed over again: how often, when it is tried next, and why. */
  refused: { times: number; nextMs: number; told: DownloadTransition } | null;
  /** How often it was handed over again because its client forgot whose it is, and when it is due next. */
  forgotten: Due | null;
  seeding: SeedingFacts;
}

interface Due {
  times: number;
  nextMs: number;
}

export const NEW_POLL_FACTS: PollFacts = {
  clock: NEW_CLOCK,
  completePolls: 0,
  restingPolls: 0,
  missingPolls: 0,
  missingSinceMs: null,
  samples: [],
  held: null,
  refused: null,
  forgotten: null,
  seeding: NO_SEEDING,
};

export interface PolledState {
  state: DownloadState;
  /** Bytes move or may move: its job is running. */
  active: boolean;
  facts: PollFacts;
  progressed: boolean;
  /** What moves, while something does. */
  detail: ProgressDetail | null;
  /** What the download is now, for its job; the same one is not told twice. */
  transition: DownloadTransition | null;
  /** The client forgot it, or gave up for a reason that may have passed: hand it over again. */
  addAgain: boolean;
}

/** Complete counts once it was seen on 2 polls; gone after 3 polls and 2 min with a healthy client (acquisition.md §4). */
const COMPLETE_POLLS = 2;
const RESTING_POLLS = 2;
const MISSING_POLLS = 3;
const MISSING_MS = 120_000;

const ACTIVE_STATES: readonly DownloadState[] = [
  'adding',
  'metadata',
  'active',
  'stalled',
  'checking',
  'moving',
];

/**
 * Judges one poll of a healthy client. `clientRestarted`: its session is another than at the last poll. `rests`: it is
 * ourselves who let it stand still. `begun`: the client has it from us.
 */
export function pollDownload(poll: {
  item: DownloadItem | undefined;
  facts: PollFacts;
  nowMs: number;
  clientRestarted: boolean;
  rests?: boolean;
  begun?: boolean;
  limits?: StallLimits;
}): PolledState {
  return poll.item === undefined ? pollMissing(poll) : pollPresent({ ...poll, item: poll.item });
}

function pollMissing({
  facts,
  nowMs,
  clientRestarted,
}: {
  facts: PollFacts;
  nowMs: number;
  clientRestarted: boolean;
}): PolledState {
  if (facts.refused !== null) return pollRefused(facts, facts.refused, nowMs);
  const missingSinceMs = facts.missingSinceMs ?? nowMs;
  const missingPolls = facts.missingPolls + 1;
  const gone = missingPolls >= MISSING_POLLS && nowMs - missingSinceMs >= MISSING_MS;
  return {
    state: gone ? 'removedExternally' : 'adding',
    active: !gone,
    facts: { ...facts, completePolls: 0, missingPolls, missingSinceMs, samples: [] },
    progressed: false,
    detail: null,
    transition: gone ? { kind: 'removed', detail: 'somebody removed it from the download client' } : null,
    // A client that lost its memory gets it again; so does one whose answer to the add was lost.
    addAgain: clientRestarted || (missingPolls === 1 && facts.missingSinceMs === null),
  };
}

/** Nobody removed it: it comes back as soon as its source and its disk let it. */
function pollRefused(
  facts: PollFacts,
  { nextMs, told }: NonNullable<PollFacts['refused']>,
  nowMs: number,
): PolledState {
  const due = nowMs >= nextMs;
  return {
    state: due ? 'adding' : 'held',
    active: due,
    facts: { ...facts, missingPolls: 0, missingSinceMs: nowMs },
    progressed: false,
    detail: null,
    transition: due ? null : told,
    addAgain: due,
  };
}

/** After it was handed over again, or was not, and why. */
export function afterHandOver(
  judged: PolledState,
  said: { refusal: DownloadTransition | undefined; nowMs: number },
): PolledState {
  const { facts } = judged;
  const { refusal: told, nowMs } = said;
  if (told === undefined) return { ...judged, facts: { ...facts, refused: null } };
  const times = (facts.refused?.times ?? 0) + 1;
  const refused = { times, nextMs: nowMs + doublingWait(times, HAND_OVER_MS), told };
  return { ...judged, state: 'held', active: false, facts: { ...facts, refused }, transition: told };
}

function pollPresent(poll: {
  item: DownloadItem;
  facts: PollFacts;
  nowMs: number;
  rests?: boolean;
  begun?: boolean;
  limits?: StallLimits;
}): PolledState {
  const { item, nowMs, rests = false, begun = false } = poll;
  const { clock, progressed, stalled } = tickStallClock({ ...NEW_CLOCK, ...poll.facts.clock }, item, {
    nowMs,
    ...(poll.limits === undefined ? {} : { limits: poll.limits }),
  });
  const isComplete = item.state === 'complete' || item.state === 'seeding';
  const completePolls = isComplete ? poll.facts.completePolls + 1 : 0;
  const done = completePolls >= COMPLETE_POLLS;
  const restingPolls = !rests && restIn(item) !== undefined ? poll.facts.restingPolls + 1 : 0;
  const rest = restingPolls >= RESTING_POLLS ? restIn(item) : undefined;
  const active = !done && (isComplete || ACTIVE_STATES.includes(item.state));
  const held = heldAgain(item, poll.facts, nowMs);
  const forgotten = forgottenAgain(item, begun ? poll.facts.forgotten : undefined, nowMs);
  const refused = item.state === 'held' ? poll.facts.refused : null;
  const samples = active ? addSample(poll.facts.samples, { atMs: nowMs, done: item.completedBytes }) : [];
  return {
    state: isComplete && !done ? 'checking' : item.state,
    active,
    facts: {
      clock,
      completePolls,
      restingPolls,
      missingPolls: 0,
      missingSinceMs: null,
      samples,
      held: held.next,
      refused,
      forgotten: forgotten.next,
      seeding: countSeeding(poll.facts.seeding, item, nowMs),
    },
    progressed,
    detail: active ? detailOf(item, samples) : null,
    transition:
      stalled === null
        ? (refused?.told ?? rest ?? transitionOf(item, done))
        : { kind: 'stalled', detail: stalled },
    addAgain: held.due || forgotten.due,
  };
}

const HAND_OVER_MS = { first: 30_000, max: 300_000 };

/**
 * A full disk or a lost network passes, but no client tries again by itself: 30 s, doubling to 5 min. What a crash has
 * only left stopped goes on at once. A client that paused itself says only that it is paused once there is room again.
 */
function heldAgain(
  item: DownloadItem,
  { held }: PollFacts,
  nowMs: number,
): { next: PollFacts['held']; due: boolean } {
  const wasPaused = held?.clientPaused === true && item.state === 'paused' && item.clientPaused === true;
  if (!wasPaused && (item.state !== 'held' || item.fault?.blame !== 'environment')) {
    // Bytes that came since then were the proof that it has passed.
    return { next: item.state === 'active' && item.downloadBytesPerSecond > 0 ? null : held, due: false };
  }
  if (item.fault?.code === 'interrupted') return { next: held, due: true };
  const waitMs = (times: number): number => doublingWait(times + 1, HAND_OVER_MS);
  const itself = item.clientPaused === true ? { clientPaused: true as const } : {};
  if (held === null) return { next: { times: 0, nextMs: nowMs + waitMs(0), ...itself }, due: false };
  if (nowMs < held.nextMs) return { next: held, due: false };
  const times = held.times + 1;
  return { next: { times, nextMs: nowMs + waitMs(times), ...itself }, due: true };
}

/** It bears nobody's tag any more: a client that was ended before it wrote it down has lost its folder with it. */
function forgottenAgain(
  { owners }: DownloadItem,
  before: Due | null | undefined,
  nowMs: number,
): { next: Due | null; due: boolean } {
  if (before === undefined || owners?.length !== 0) return { next: null, due: false };
  if (before !== null && nowMs < before.nextMs) return { next: before, due: false };
  const times = (before?.times ?? 0) + 1;
  return { next: { times, nextMs: nowMs + doublingWait(times, HAND_OVER_MS) }, due: true };
}

function detailOf({ completedBytes, totalBytes }: DownloadItem, samples: ProgressSample[]): ProgressDetail {
  const total = totalBytes === 0 ? null : totalBytes;
  return { step: 'download', done: completedBytes, total, unit: 'bytes', ...estimate(samples, total) };
}

/** What it waits for in its client, which nothing is wrong with. */
function restIn({ state, clientPaused }: DownloadItem): DownloadTransition | undefined {
  if (state === 'queued') return { kind: 'held', reason: 'client_queue', detail: 'others are before it' };
  if (state !== 'paused') return undefined;
  const detail =
    clientPaused === true ? 'all that the client has is paused' : 'the client says that it is paused';
  return { kind: 'held', reason: 'paused_in_client', detail };
}

function transitionOf(item: DownloadItem, done: boolean): DownloadTransition | null {
  if (done) return { kind: 'complete', detail: `${item.totalBytes} bytes are there` };
  const { fault } = item;
  switch (item.state) {
    case 'failed':
      return { kind: 'release_fault', detail: fault?.message ?? 'the client says that the release is bad' };
    case 'held':
      return { kind: 'held', reason: heldReason(fault), detail: fault?.message ?? 'the client holds it' };
    case 'removedExternally':
      return { kind: 'removed', detail: 'somebody removed it from the download client' };
    case 'adding':
    case 'metadata':
    case 'queued':
    case 'active':
    case 'stalled':
    case 'paused':
    case 'checking':
    case 'moving':
    case 'complete':
    case 'seeding':
      return { kind: 'moving', detail: 'it is with its client' };
  }
}

/** Missing files are a disk that is away; every other trouble of the surroundings is the client's, which does answer. */
function heldReason(fault: DownloadItem['fault']): WaitingReason {
  if (fault?.blame !== 'environment') return 'decision_needed';
  switch (fault.code) {
    case 'disk_full':
      return 'disk_full';
    case 'files_missing':
      return 'mount_gone';
    default:
      return 'client_trouble';
  }
}
