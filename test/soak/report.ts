import { readAttempts } from './checks/attempts.js';
import { query, type Evidence, type Violation } from './checks/evidence.js';
import type { SoakOptions } from './arguments.js';
import { sayCounts, tally } from './tally.js';

/** What the soak did and found; `--json` writes it whole. */
export interface SoakReport {
  seed: number;
  minutes: number;
  shape: SoakOptions['shape'];
  jobs: { asked: number; rows: number; ended: Record<string, number>; lostAnswers: number };
  kills: {
    total: number;
    byKind: Record<string, number>;
    each: { atS: number; kind: string; name: string }[];
  };
  steered: Record<string, number>;
  settledMs: number | null;
  attempts: Record<string, number>;
  /** From the death of a worker to the next attempt of a step that it had, ms. */
  takeoverMs: { count: number; median: number | null; most: number | null };
  /** What the sweeper or a run mended, and why. */
  repairs: string[];
  notes: string[];
  violations: Violation[];
  /** Logs and histories for debugging; null when all is well and they are removed. */
  folder: string | null;
}

const MOST_LINES = 40;

export async function makeReport(
  evidence: Evidence,
  found: {
    options: SoakOptions;
    begunMs: number;
    violations: Violation[];
    notes: string[];
    folder: string | null;
  },
): Promise<SoakReport> {
  const { options, begunMs } = found;
  const statuses = await query<{ status: string }>(evidence, 'select status from jobs');
  const attempts = await readAttempts(evidence);
  return {
    seed: options.seed,
    minutes: options.minutes,
    shape: options.shape,
    jobs: {
      asked: evidence.ledger.asked.length,
      rows: statuses.length,
      ended: tally(statuses.map(({ status }) => status)),
      lostAnswers: evidence.ledger.asked.reduce((sum, { lostAnswers }) => sum + lostAnswers, 0),
    },
    kills: {
      total: evidence.kills.length,
      byKind: tally(evidence.kills.map(({ kind }) => kind)),
      each: evidence.kills.map(({ atMs, kind, name }) => ({
        atS: Math.round((atMs - begunMs) / 100) / 10,
        kind,
        name,
      })),
    },
    steered: Object.fromEntries([...evidence.ledger.steered].sort()),
    settledMs: evidence.settled.tookMs,
    attempts: tally(attempts.map(({ outcome }) => outcome ?? 'open')),
    takeoverMs: takeovers(attempts, evidence),
    repairs: await repairsMade(evidence),
    notes: found.notes,
    violations: found.violations,
    folder: found.folder,
  };
}

function takeovers(
  attempts: Awaited<ReturnType<typeof readAttempts>>,
  { kills }: Evidence,
): SoakReport['takeoverMs'] {
  const took = attempts
    .flatMap((attempt) => {
      const death = kills.find(({ pid, atMs }) => pid === attempt.processId && atMs >= attempt.startedMs);
      const next = attempts.find(
        ({ stepId, number }) => stepId === attempt.stepId && number === attempt.number + 1,
      );
      return attempt.outcome !== 'lost' || death === undefined || next === undefined
        ? []
        : [Math.round(next.startedMs - death.atMs)];
    })
    .sort((one, other) => one - other);
  return {
    count: took.length,
    median: took[Math.floor(took.length / 2)] ?? null,
    most: took.at(-1) ?? null,
  };
}

async function repairsMade(evidence: Evidence): Promise<string[]> {
  const rows = await query<{ kind: string; jobId: string; detail: string }>(
    evidence,
    'select kind, job_id as "jobId", detail from repairs order by id',
  );
  return rows.map(({ kind, jobId, detail }) => `${kind} ${jobId}: ${detail}`);
}

/** For people: what was done to it, and what came of it. */
export function sayReport(report: SoakReport): string {
  const { jobs, kills, takeoverMs } = report;
  return [
    `soak kill: seed ${report.seed}, ${report.minutes} min, ${report.shape}`,
    `asked ${jobs.asked} (${jobs.lostAnswers} answers lost), jobs ${jobs.rows}: ${sayCounts(jobs.ended)}`,
    `killed ${kills.total}: ${sayCounts(kills.byKind)}`,
    `  ${kills.each.map(({ atS, name }) => `${atS} s ${name}`).join(', ')}`,
    `steered: ${sayCounts(report.steered)}`,
    `attempts: ${sayCounts(report.attempts)}`,
    `taken over ${takeoverMs.count} times, median ${takeoverMs.median ?? '–'} ms, at most ${takeoverMs.most ?? '–'} ms`,
    `settled after ${report.settledMs ?? 'more than the quiet'} ms`,
    `repaired ${report.repairs.length}: ${sayCounts(tally(report.repairs.map((line) => line.split(' ')[0] ?? '')))}`,
    ...report.repairs.slice(0, MOST_LINES).map((line) => `  ${line}`),
    ...report.notes.map((note) => `note: ${note}`),
    ...report.violations.map(({ rule, jobId, said }) => `✗ ${rule}: ${jobId ?? ''} ${said}`),
    report.violations.length === 0
      ? '✓ every invariant held'
      : `✗ ${report.violations.length} violations, see ${report.folder ?? ''}`,
  ].join('\n');
}
