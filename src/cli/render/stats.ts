import { JOB_STATUSES } from '../../domain/jobs/status.js';
import type { JobStats } from '../operations-answers.js';
import { formatTable } from './table.js';

/** Types by statuses with their sums, then the queues that have anything on them. */
export function statsTables(stats: JobStats, width: number | undefined): string[] {
  const row = (name: string, counted: { total: number; byStatus: Record<string, number> }): string[] => [
    name,
    ...JOB_STATUSES.map((status) => String(counted.byStatus[status] ?? 0)),
    String(counted.total),
  ];
  const byType = formatTable({
    width,
    columns: [
      { title: 'TYPE' },
      ...[...JOB_STATUSES, 'total'].map((title) => ({ title: title.toUpperCase(), align: 'right' as const })),
    ],
    rows: [...stats.types.map((type) => row(type.type, type)), row('all', stats)],
  });
  const queues = formatTable({
    width,
    columns: [{ title: 'QUEUE' }, { title: 'WAITING', align: 'right' }, { title: 'RUNNING', align: 'right' }],
    rows: stats.queues.map(({ queue, waiting, running }) => [queue, String(waiting), String(running)]),
  });
  return [...byType, '', ...queues];
}
