import { formatDuration } from '../../domain/jobs/amounts.js';
import type { Firing, Schedule } from '../schedule-answers.js';
import { formatPairs, formatTable } from './table.js';

export function scheduleTable(schedules: Schedule[], width: number | undefined): string[] {
  return formatTable({
    width,
    columns: [
      { title: 'ID' },
      { title: 'TYPE' },
      { title: 'WHEN' },
      { title: 'NEXT' },
      { title: 'LAST' },
      { title: 'NAME' },
    ],
    rows: schedules.map((schedule) => [
      schedule.id,
      schedule.type,
      whenOf(schedule),
      nextOf(schedule),
      schedule.lastFiring === null ? '' : `${schedule.lastFiring.nominalAt} ${resultOf(schedule.lastFiring)}`,
      schedule.name,
    ]),
  });
}

export function scheduleDetails(schedule: Schedule): string[] {
  const { lastFiring } = schedule;
  return formatPairs([
    ['id', schedule.id],
    ['name', schedule.name],
    ['makes', schedule.type],
    ['params', JSON.stringify(schedule.params)],
    ['when', whenOf(schedule)],
    ['late by', schedule.jitterMs === 0 ? null : `up to ${formatDuration(schedule.jitterMs)}`],
    ['makes up for', formatDuration(schedule.catchupWindowMs)],
    ['priority', schedule.priority?.toString()],
    ['max retries', schedule.maxRetries?.toString()],
    ['next', nextOf(schedule)],
    ['last', lastFiring === null ? null : `${lastFiring.nominalAt} ${resultOf(lastFiring)}`],
    ['last success', schedule.lastSuccessAt],
    ['created', `${schedule.createdAt} by ${schedule.createdBy}`],
    ['changed', schedule.changedAt],
    ['not applied', schedule.applied ? null : (schedule.applyError ?? 'Temporal gets it soon')],
  ]);
}

export function firingTable(firings: Firing[], width: number | undefined): string[] {
  return formatTable({
    width,
    columns: [{ title: 'DUE' }, { title: 'KIND' }, { title: 'BY' }, { title: 'RESULT' }],
    rows: firings.map((firing) => [firing.nominalAt, firing.kind, firing.madeBy, resultOf(firing)]),
  });
}

function whenOf({ cron, everyMs, timezone }: Schedule): string {
  return everyMs === null ? `${cron ?? ''} ${timezone}` : `every ${formatDuration(everyMs)}`;
}

function nextOf({ enabled, nextAt }: Schedule): string {
  return enabled ? (nextAt ?? 'never') : 'disabled';
}

function resultOf({ outcome, jobId, skippedJobId, jobStatus, detail }: Firing): string {
  const job = jobId ?? skippedJobId;
  const about = job === null ? (detail ?? '') : `${job}${jobStatus === null ? '' : ` (${jobStatus})`}`;
  return outcome === 'created' ? about : `${outcome}: ${about}`;
}
