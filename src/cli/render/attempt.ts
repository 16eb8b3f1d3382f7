import type { Attempt } from '../answers.js';
import { formatDuration } from '../../domain/jobs/amounts.js';
import { formatTable } from './table.js';

export function attemptTable(attempts: Attempt[], width: number | undefined): string[] {
  if (attempts.length === 0) return ['No step has begun yet.'];
  return formatTable({
    width,
    columns: [
      { title: 'STEP' },
      { title: 'ROUND', align: 'right' },
      { title: 'NO', align: 'right' },
      { title: 'WORKER' },
      { title: 'STARTED' },
      { title: 'TOOK', align: 'right' },
      { title: 'OUTCOME' },
    ],
    rows: attempts.map((attempt) => [
      attempt.step,
      String(attempt.round),
      String(attempt.number),
      attempt.worker,
      attempt.startedAt,
      took(attempt),
      outcomeOf(attempt),
    ]),
  });
}

function took({ startedAt, endedAt }: Attempt): string {
  return endedAt === null ? '' : formatDuration(Date.parse(endedAt) - Date.parse(startedAt));
}

function outcomeOf({ outcome, error }: Attempt): string {
  const told = error !== null && typeof error === 'object' && 'message' in error ? error.message : undefined;
  return [outcome ?? 'running', ...(typeof told === 'string' ? [told] : [])].join(': ');
}
