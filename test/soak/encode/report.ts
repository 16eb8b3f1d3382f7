import type { Violation } from '../checks/evidence.js';
import { sayCounts } from '../tally.js';
import type { FullTime } from './full-disk.js';

/** What the soak of encodes did and found; `--json` writes it whole. */
export interface EncodeReport {
  seed: number;
  minutes: number;
  asked: number;
  lostAnswers: number;
  ended: Record<string, number>;
  /** Files that were probed and decoded whole, and nothing was wrong with them. */
  verified: number;
  kills: Record<string, number>;
  steered: Record<string, number>;
  attempts: Record<string, number>;
  /** Pauses and lost workers after which an encode went on from its segments. */
  wentOn: number;
  fullDisks: { root: string; seconds: number; waited: number }[];
  order: { judged: number; uncertain: number; overtaken: number };
  looks: { count: number; excesses: number; meanTokens: number; capacity: number; meanBusyCores: number };
  heartbeatTimeouts: { killedWorker: number; killedServer: number; alone: number };
  /** Scratch folders of failed jobs, which a retry would go on from. */
  keptScratch: number;
  settledMs: number | null;
  notes: string[];
  violations: Violation[];
  folder: string | null;
}

export function sayFull(times: readonly FullTime[]): EncodeReport['fullDisks'] {
  return times.map(({ root, atMs, untilMs, waited }) => ({
    ...{ root, waited },
    seconds: Math.round((untilMs - atMs) / 1_000),
  }));
}

/** For people. */
export function sayEncode(report: EncodeReport): string {
  const { order, looks, heartbeatTimeouts: beats } = report;
  const full = report.fullDisks.map(({ root, seconds, waited }) => `${root} ${seconds} s (${waited} waited)`);
  return [
    `soak encode: seed ${report.seed}, ${report.minutes} min`,
    `asked ${report.asked} (${report.lostAnswers} answers lost): ${sayCounts(report.ended)}`,
    `verified ${report.verified} files, each probed and decoded whole`,
    `killed: ${sayCounts(report.kills)}`,
    `steered: ${sayCounts(report.steered)}`,
    `attempts: ${sayCounts(report.attempts)}; encodes that went on from their segments ${report.wentOn}`,
    `full disks: ${full.join(', ') || 'none'}`,
    `order: ${order.overtaken} of ${order.judged} starts beside a line were out of turn; ${order.uncertain} more soon after a kill`,
    `slots and leases: ${looks.excesses} excesses in ${looks.count} looks; ${looks.meanTokens} of ${looks.capacity} CPU tokens held on average, ${looks.meanBusyCores} cores busy`,
    `heartbeat timeouts: ${beats.alone} without a killed worker, ${beats.killedWorker} with one, ${beats.killedServer} while Temporal was killed`,
    `settled after ${report.settledMs ?? 'more than the quiet'} ms; scratch of failed jobs ${report.keptScratch}`,
    ...report.notes.map((note) => `note: ${note}`),
    ...report.violations.map(({ rule, jobId, said }) => `✗ ${rule}: ${jobId ?? ''} ${said}`),
    report.violations.length === 0
      ? '✓ every invariant held: all outputs verified, none double, no orphan'
      : `✗ ${report.violations.length} violations, see ${report.folder ?? ''}`,
  ].join('\n');
}
