export type DemoItemState = 'moving' | 'stalled' | 'complete';

/** What the poller of demo items tells a job: changes only, never each look. */
export interface DemoTransition {
  /** Whose item it is: a later round has its own. */
  round: number;
  kind: DemoItemState;
  detail: string;
}

/** An item of the pretended outside world; all times in milliseconds. */
export interface DemoItemFacts {
  durationMs: number;
  /** It stands still once it has come this far; null: never. */
  stallAtMs: number | null;
  stallForMs: number;
  elapsedMs: number;
  stalledMs: number;
}

export interface DemoItemMove {
  state: DemoItemState;
  elapsedMs: number;
  stalledMs: number;
}

/** Where the item is `passedMs` later: it moves, stands still where it shall, moves again, and ends. */
export function moveDemoItem(facts: DemoItemFacts, passedMs: number): DemoItemMove {
  const { durationMs, stallAtMs, stallForMs, elapsedMs, stalledMs } = facts;
  const standsAt = stallAtMs === null || stallAtMs >= durationMs ? durationMs : stallAtMs;
  const untilStall = Math.max(0, standsAt - elapsedMs);
  if (stallAtMs === null || standsAt === durationMs || passedMs < untilStall) {
    return moved(facts, { elapsedMs: elapsedMs + passedMs, stalledMs });
  }
  const standing = Math.min(passedMs - untilStall, Math.max(0, stallForMs - stalledMs));
  return moved(facts, {
    elapsedMs: Math.max(elapsedMs, standsAt) + passedMs - untilStall - standing,
    stalledMs: stalledMs + standing,
  });
}

function moved(
  { durationMs, stallAtMs, stallForMs }: DemoItemFacts,
  at: { elapsedMs: number; stalledMs: number },
): DemoItemMove {
  const elapsedMs = Math.min(durationMs, at.elapsedMs);
  if (elapsedMs === durationMs) return { state: 'complete', elapsedMs, stalledMs: at.stalledMs };
  const stalled = elapsedMs === stallAtMs && at.stalledMs < stallForMs;
  return { state: stalled ? 'stalled' : 'moving', elapsedMs, stalledMs: at.stalledMs };
}
