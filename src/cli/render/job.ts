import { isTerminal } from '../../domain/jobs/status.js';
import type { Job, Log } from '../answers.js';
import { formatDuration, formatPercent } from '../../domain/jobs/amounts.js';
import { formatPairs, formatTable } from './table.js';

export function jobTable(jobs: Job[], width: number | undefined): string[] {
  return formatTable({
    width,
    columns: [
      { title: 'ID' },
      { title: 'STATUS' },
      { title: 'DONE', align: 'right' },
      { title: 'PRIO', align: 'right' },
      { title: 'TITLE' },
      { title: 'STATE' },
    ],
    rows: jobs.map((job) => [
      job.id,
      job.status,
      formatPercent(job.progress),
      String(job.priority),
      job.title,
      stateOf(job),
    ]),
  });
}

export function jobDetails(job: Job): string[] {
  return [
    `${job.title} ${stateOf(job)}`,
    '',
    ...formatPairs([
      ['id', job.id],
      ['type', job.type],
      ['status', `${job.status}, ${formatPercent(job.progress)}`],
      ['step', stepOf(job)],
      ['time left', job.etaMs === null ? null : `about ${formatDuration(job.etaMs)}`],
      ['priority', String(job.priority)],
      ['round', job.round > 1 ? String(job.round) : null],
      ['part of', job.parentId],
      ['created', `${job.createdAt} by ${job.createdBy}`],
      ['started', job.startedAt],
      ['ended', job.endedAt],
      ['params', JSON.stringify(job.params)],
      ['result', job.result === null ? null : JSON.stringify(job.result)],
      ['error', job.error?.message],
      ['what to do', job.error?.remedy],
    ]),
    ...childLines(job),
  ];
}

/** The sentence of the job, with the wish that is not yet true. */
export function stateOf(job: Job): string {
  return job.requested === null || isTerminal(job.status)
    ? job.sentence
    : `${job.sentence} (requested: ${job.requested})`;
}

export function logLine(log: Log): string {
  const metadata = isEmpty(log.metadata) ? '' : ` ${JSON.stringify(log.metadata)}`;
  return `${log.time} ${log.level.padEnd(5)} ${log.context}: ${log.message}${metadata}`;
}

function stepOf(job: Job): string | null {
  if (job.step === null) return null;
  return job.worker === null ? job.step : `${job.step} on ${job.worker}`;
}

function childLines(job: Job): string[] {
  if (job.children.length === 0) return [];
  return [
    '',
    ...formatTable({
      columns: [{ title: 'PART' }, { title: 'TYPE' }, { title: 'STATUS' }],
      rows: job.children.map(({ id, type, status }) => [id, type, status]),
    }),
  ];
}

function isEmpty(metadata: unknown): boolean {
  return (
    metadata === null ||
    metadata === undefined ||
    (typeof metadata === 'object' && Object.keys(metadata).length === 0)
  );
}
