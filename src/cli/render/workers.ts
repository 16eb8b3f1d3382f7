import type { WorkerList } from '../operations-answers.js';
import { formatTable } from './table.js';

export function workerTable(workers: WorkerList['workers'], width: number | undefined): string[] {
  if (workers.length === 0)
    return ['No worker is alive. "longplay up" or "longplay worker <role>" starts one.'];
  return formatTable({
    width,
    columns: [
      { title: 'ID' },
      { title: 'HOST' },
      { title: 'PID', align: 'right' },
      { title: 'ROLE' },
      { title: 'STARTED' },
      { title: 'SEEN' },
      { title: 'SLOTS' },
    ],
    rows: workers.map((worker) => [
      worker.id,
      worker.host,
      String(worker.processId),
      worker.role,
      worker.startedAt,
      worker.seenAt,
      Object.entries(worker.queues)
        .map(([queue, slots]) => `${queue} ${slots}`)
        .join(', '),
    ]),
  });
}
