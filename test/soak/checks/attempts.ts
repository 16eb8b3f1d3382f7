import { query, type Check, type Evidence, type Violation } from './evidence.js';

/** After the last kill of what an end needs: its worker, the database, the sweeper's process. */
const ENDED_WITHIN_MS = 25_000;
/** A member that was killed is down for up to 5 s, and starts for some more. */
const RESTART_MS = 12_000;
/** For so long after it, a kill of a server explains that a living worker lost an attempt. */
const AFTERMATH_MS = 60_000;

/** As src/catalogue/demo/demo-memory.ts. */
const MEMORY_PERMITS = 2;

interface AttemptRow {
  id: string;
  jobId: string;
  permitGroup: string | null;
  permits: number | null;
  stepId: number;
  number: number;
  workerId: string;
  processId: number;
  queue: string;
  slots: number | null;
  startedMs: number;
  endedMs: number | null;
  outcome: string | null;
  seenMs: number;
}

export async function readAttempts(evidence: Evidence): Promise<AttemptRow[]> {
  return query<AttemptRow>(
    evidence,
    `select a.id::text, a.job_id as "jobId", j.policy #>> '{permit,group}' as "permitGroup",
       (j.policy #>> '{permit,maximum}')::int as permits, a.step_id as "stepId", a.number, a.worker_id as "workerId",
       w.process_id as "processId", a.queue, (w.queues ->> a.queue)::int as slots, a.outcome,
       extract(epoch from a.started_at)::float8 * 1000 as "startedMs", extract(epoch from a.ended_at)::float8 * 1000 as "endedMs",
       extract(epoch from w.seen_at)::float8 * 1000 as "seenMs"
     from job_attempts a join workers w on w.id = a.worker_id join jobs j on j.id = a.job_id order by a.started_at`,
  );
}

/** Slots and permits hold, no step runs twice at once, and whatever was open when its worker died is ended soon. */
export const checkAttempts: Check = async (evidence) => {
  const attempts = await readAttempts(evidence);
  const timed = attempts.filter((attempt) => !spansCopy(attempt, evidence));
  return [
    ...attempts.flatMap((attempt) => checkEnd(attempt, evidence)),
    ...groups(timed, ({ workerId, queue }) => `${workerId} ${queue}`).flatMap(checkSlots),
    ...groups(timed, ({ stepId }) => String(stepId)).flatMap(checkAlone),
    ...groups(timed, ({ permitGroup }) => permitGroup ?? '').flatMap(checkPermits),
    ...checkSeenAtOnce(evidence),
  ];
};

function checkEnd(attempt: AttemptRow, { kills, samples }: Evidence): Violation[] {
  const { id, jobId, endedMs, outcome } = attempt;
  const rule = 'jobs.md §8 (5)';
  if (endedMs === null || outcome === null) return [{ rule, jobId, said: `the attempt ${id} has no end` }];
  const death = kills.find(({ pid, atMs }) => pid === attempt.processId && atMs >= attempt.startedMs);
  const lastOpenMs = samples.lastOpenMs.get(id);
  if (death !== undefined && lastOpenMs !== undefined && lastOpenMs > death.atMs) {
    const since = lastHindrance(lastOpenMs, death.atMs, kills);
    if (lastOpenMs - since <= ENDED_WITHIN_MS + RESTART_MS) return [];
    return [
      {
        rule,
        jobId,
        said: `the attempt ${id} was still open ${Math.round((lastOpenMs - death.atMs) / 1_000)} s after its worker's death`,
      },
    ];
  }
  const livedOn = outcome === 'lost' && death === undefined && attempt.seenMs > endedMs + 13_000;
  const explained = kills.some(
    ({ kind, atMs }) =>
      (kind === 'temporal' || kind === 'postgres' || kind === 'longplay') &&
      atMs <= endedMs + 10_000 &&
      endedMs - atMs < AFTERMATH_MS,
  );
  return livedOn && !explained
    ? [{ rule, jobId, said: `the attempt ${id} was given up for lost, but its worker lived on` }]
    : [];
}

/** The last kill until `untilMs` of what is needed to end an attempt. */
function lastHindrance(untilMs: number, deathMs: number, kills: Evidence['kills']): number {
  const needed = kills.filter(({ kind }) => ['core', 'postgres', 'longplay', 'temporal'].includes(kind));
  return Math.max(deathMs, ...needed.map(({ atMs }) => atMs).filter((atMs) => atMs <= untilMs));
}

/** Open in the copy that was restored: when it truly ended is lost. */
function spansCopy({ startedMs, endedMs }: AttemptRow, { samples }: Evidence): boolean {
  return samples.copies.some(
    ({ takenMs, restoredMs }) => startedMs <= takenMs && (endedMs ?? Infinity) >= restoredMs,
  );
}

/** More attempts open at once than the worker has slots for. */
function checkSlots(attempts: AttemptRow[]): Violation[] {
  const { workerId = '', queue = '', slots = null } = attempts[0] ?? {};
  const most = mostAtOnce(attempts);
  if (slots === null || most <= slots) return [];
  return [
    { rule: 'jobs.md §8 (4)', said: `${most} attempts at once on ${queue} of ${workerId}, slots ${slots}` },
  ];
}

function checkPermits(attempts: AttemptRow[]): Violation[] {
  const { permitGroup = null, permits = null } = attempts[0] ?? {};
  const most = mostAtOnce(attempts);
  if (permitGroup === null || permits === null || most <= permits) return [];
  return [
    {
      rule: 'jobs.md §8 (4)',
      said: `${most} attempts at once of the group ${permitGroup}, permits ${permits}`,
    },
  ];
}

/** Rows may be mended afterwards; what was seen at one moment was so. */
function checkSeenAtOnce({ samples }: Evidence): Violation[] {
  if (samples.mostMemory <= MEMORY_PERMITS) return [];
  return [
    { rule: 'jobs.md §8 (4)', said: `${samples.mostMemory} demo_memory jobs were seen executing at once` },
  ];
}

function mostAtOnce(attempts: readonly Pick<AttemptRow, 'startedMs' | 'endedMs'>[]): number {
  const events = attempts
    .flatMap(({ startedMs, endedMs }): [number, number][] => [
      [startedMs, 1],
      [endedMs ?? Infinity, -1],
    ])
    .sort(([one, up], [other, down]) => one - other || up - down);
  let now = 0;
  let most = 0;
  for (const [, change] of events) {
    now += change;
    most = Math.max(most, now);
  }
  return most;
}

/** Two attempts of one step at once. */
function checkAlone(attempts: AttemptRow[]): Violation[] {
  if (mostAtOnce(attempts) <= 1) return [];
  const { jobId, stepId } = attempts[0] ?? { jobId: '', stepId: 0 };
  return [{ rule: 'jobs.md §8 (4)', jobId, said: `two attempts of the step ${stepId} were open at once` }];
}

function groups<Item>(items: readonly Item[], keyOf: (item: Item) => string): Item[][] {
  const found = new Map<string, Item[]>();
  for (const item of items) found.set(keyOf(item), [...(found.get(keyOf(item)) ?? []), item]);
  return [...found.values()];
}
