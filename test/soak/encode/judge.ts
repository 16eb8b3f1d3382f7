import { query, type Check, type Evidence, type Violation } from '../checks/evidence.js';
import { checkAttempts, readAttempts } from '../checks/attempts.js';
import { checkLeftovers } from '../checks/leftovers.js';
import { checkOutcomes } from '../checks/outcomes.js';
import {
  checkDeaths,
  checkEqual,
  checkFindings,
  checkProgress,
  checkRestarts,
  checkWishes,
} from '../checks/rows.js';
import { checkSecrets } from '../checks/secrets.js';
import { checkTemporal } from '../checks/temporal.js';
import { tally } from '../tally.js';
import type { FullTime } from './full-disk.js';
import { countHeartbeats, type Heartbeats } from './heartbeats.js';
import type { Film } from './load.js';
import type { Looks } from './looks.js';
import { judgeOrder, type OrderJudged } from './order.js';
import { judgeOutputs } from './outputs.js';
import { sayFull, type EncodeReport } from './report.js';

/** Those of the soak "kill" that hold for any job. */
const CHECKS: readonly Check[] = [
  ...[checkOutcomes, checkTemporal, checkEqual, checkAttempts, checkProgress, checkWishes, checkDeaths],
  ...[checkFindings, checkRestarts, checkLeftovers, checkSecrets],
];
/** What brings a step to the front of its queue; while one of these is away, others may be quicker. */
const BRINGERS = ['core', 'temporal', 'postgres'];

export interface Seen {
  films: readonly Film[];
  looks: Looks;
  fulls: readonly FullTime[];
  /** CPU tokens of all that encode. */
  capacity: number;
}

type Judged = Omit<EncodeReport, 'seed' | 'minutes' | 'notes' | 'folder'>;

export async function judge(evidence: Evidence, seen: Seen): Promise<Judged> {
  const outputs = await judgeOutputs(evidence, seen.films);
  const order = await orderOf(evidence, seen.looks);
  const beats = await countHeartbeats(evidence);
  const checked: Violation[] = [];
  for (const check of CHECKS) checked.push(...(await check(evidence)));
  const attempts = await readAttempts(evidence);
  const { asked, steered } = evidence.ledger;
  return {
    asked: asked.length,
    lostAnswers: asked.reduce((sum, { lostAnswers }) => sum + lostAnswers, 0),
    ended: outputs.ended,
    verified: outputs.verified,
    kills: tally(evidence.kills.map(({ kind }) => kind)),
    steered: Object.fromEntries([...steered].sort()),
    attempts: tally(attempts.map(({ outcome }) => outcome ?? 'open')),
    wentOn: await wentOn(evidence),
    fullDisks: sayFull(seen.fulls),
    order: { ...order, overtaken: order.overtaken.length },
    looks: figuresOf(seen),
    heartbeatTimeouts: { ...beats, alone: beats.alone.length },
    keptScratch: outputs.keptScratch,
    settledMs: evidence.settled.tookMs,
    violations: [
      ...checked,
      ...outputs.violations,
      ...order.overtaken.map(sayOvertaken),
      ...beats.alone.map(sayTimeout),
      ...seen.looks.excesses.map((said) => ({ rule: 'jobs.md §8 (4)', said })),
      ...seen.fulls.flatMap(sayUnnoticed),
    ],
  };
}

async function orderOf(evidence: Evidence, { line }: Looks): Promise<OrderJudged> {
  const starts = await query<{ stepId: string; jobId: string; queue: string; startedMs: number }>(
    evidence,
    `select step_id::text as "stepId", job_id as "jobId", queue, extract(epoch from started_at)::float8 * 1000 as "startedMs"
     from job_attempts where queue in ('gpu-encode', 'cpu') order by started_at`,
  );
  const hindrances = evidence.kills.filter(({ kind }) => BRINGERS.includes(kind)).map(({ atMs }) => atMs);
  return judgeOrder(starts, { looks: line, hindrances });
}

async function wentOn(evidence: Evidence): Promise<number> {
  const sql = `select count(*)::int as count from job_logs where message like 'goes on after%'`;
  return (await query<{ count: number }>(evidence, sql))[0]?.count ?? 0;
}

function figuresOf({ looks, capacity }: Seen): EncodeReport['looks'] {
  return {
    ...{ count: looks.line.length, excesses: looks.excesses.length, capacity },
    ...{ meanTokens: mean(looks.tokens), meanBusyCores: mean(looks.busyCores) },
  };
}

function mean(numbers: readonly number[]): number {
  const sum = numbers.reduce((all, one) => all + one, 0);
  return Math.round((sum / Math.max(1, numbers.length)) * 100) / 100;
}

function sayOvertaken({ start, priority, passed }: OrderJudged['overtaken'][number]): Violation {
  const at = new Date(start.startedMs).toISOString();
  return {
    ...{ rule: 'order by priority', jobId: start.jobId },
    said: `its step ${start.stepId} of priority ${priority} began on ${start.queue} at ${at}, before the step ${passed.stepId} of priority ${passed.priority}, which had waited for long`,
  };
}

function sayTimeout({ jobId, step, atMs }: Heartbeats['alone'][number]): Violation {
  const said = `${step} missed its heartbeats before ${new Date(atMs).toISOString()}, and nobody had killed its worker`;
  return { rule: 'no heartbeat timeout without a killed worker', jobId, said };
}

/** Then nothing was tried. */
function sayUnnoticed({ root, waited }: FullTime): Violation[] {
  if (waited > 0) return [];
  return [
    { rule: 'what finds no room waits with disk_full', said: `${root} was full, and no job waited for it` },
  ];
}
