/** What was seen of the steps at one moment. */
export interface Look {
  atMs: number;
  /** By the step's id. */
  steps: ReadonlyMap<string, SeenStep>;
}

export interface SeenStep {
  queue: string;
  /** 1 is first. */
  priority: number;
  /** For a slot or for room, nobody has paused it, and no worker keeps room for it. */
  waits: boolean;
}

/** An attempt that began. */
export interface Start {
  stepId: string;
  jobId: string;
  queue: string;
  startedMs: number;
}

export interface OrderJudged {
  /** Starts beside a line. */
  judged: number;
  /** Starts beside a line too, but soon after a hindrance. */
  uncertain: number;
  overtaken: { start: Start; priority: number; passed: { stepId: string; priority: number } }[];
}

/**
 * So long a step must have been seen waiting, without a break, before another may not pass it: one that has lost its worker
 * waits by its row already while Temporal still counts its heartbeat's 8 s and the wait of its retry.
 */
const FIRM_MS = 15_000;
/** A row changes its place a moment after the queue has, and is seen each second only. */
const MOMENT_MS = 2_000;

/**
 * Whether a step began although another of its queue with a better priority had waited for long and went on waiting.
 * `hindrances`: kills of what a step needs to come to the front of its queue, ms since the epoch.
 */
export function judgeOrder(
  starts: readonly Start[],
  { looks, hindrances }: { looks: readonly Look[]; hindrances: readonly number[] },
): OrderJudged {
  const result: OrderJudged = { judged: 0, uncertain: 0, overtaken: [] };
  for (const start of starts) {
    const seen = looks.filter(
      ({ atMs }) => atMs > start.startedMs - FIRM_MS && atMs < start.startedMs + MOMENT_MS,
    );
    const priority = extreme(seen, start.stepId, Math.min);
    if (priority === undefined) continue;
    const line = firmLine(seen, start);
    if (line.length === 0) continue;
    if (hindrances.some((atMs) => atMs > start.startedMs - 2 * FIRM_MS && atMs <= start.startedMs)) {
      result.uncertain += 1;
      continue;
    }
    result.judged += 1;
    const passed = line.find((other) => other.priority < priority);
    if (passed !== undefined) result.overtaken.push({ start, priority, passed });
  }
  return result;
}

/** Who waited in all looks before the start and after it, with the worst priority that it had by then. */
function firmLine(
  seen: readonly Look[],
  { stepId, queue, startedMs }: Start,
): { stepId: string; priority: number }[] {
  const [first] = seen;
  const last = seen.at(-1);
  // Without a look on both sides nobody knows who went on waiting.
  if (first === undefined || last === undefined || last.atMs < startedMs) return [];
  if (first.atMs > startedMs - FIRM_MS + MOMENT_MS) return [];
  return [...first.steps.keys()]
    .filter((id) => id !== stepId && seen.every(({ steps }) => isWaiting(steps.get(id), queue)))
    .map((id) => ({ stepId: id, priority: extreme(seen, id, Math.max) ?? 0 }));
}

function isWaiting(step: SeenStep | undefined, queue: string): boolean {
  return step?.waits === true && step.queue === queue;
}

function extreme(
  seen: readonly Look[],
  stepId: string,
  of: (...values: number[]) => number,
): number | undefined {
  const priorities = seen.flatMap(({ steps }) => steps.get(stepId)?.priority ?? []);
  return priorities.length === 0 ? undefined : of(...priorities);
}
