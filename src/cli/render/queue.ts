import type { Queue, QueueLine } from '../operations-answers.js';
import { formatPairs, formatTable } from './table.js';

export function queueTable(queues: Queue[], width: number | undefined): string[] {
  return formatTable({
    width,
    columns: [
      { title: 'QUEUE' },
      { title: 'SLOTS', align: 'right' },
      { title: 'WORKERS', align: 'right' },
      { title: 'RUNNING', align: 'right' },
      { title: 'WAITING', align: 'right' },
      { title: 'OLDEST' },
      { title: 'STATE' },
    ],
    rows: queues.map((queue) => [
      queue.queue,
      ...[queue.slots, queue.workers, queue.running, queue.waiting].map(String),
      queue.oldestSince ?? '',
      stateOf(queue),
    ]),
  });
}

export function queueDetails(queue: QueueLine, width: number | undefined): string[] {
  const head = formatPairs([
    ['queue', queue.queue],
    ['state', stateOf(queue)],
    ['slots', `${queue.slots}, of ${queue.workers} ${queue.workers === 1 ? 'worker' : 'workers'}`],
    ['running', String(queue.running)],
    ['waiting', String(queue.waiting)],
  ]);
  if (queue.steps.length === 0) return head;
  const line = formatTable({
    width,
    columns: [
      { title: 'NO', align: 'right' },
      { title: 'JOB' },
      { title: 'PRIO', align: 'right' },
      { title: 'SINCE' },
      { title: 'TITLE' },
    ],
    rows: queue.steps.map(({ position, jobId, priority, since, title }) => [
      String(position),
      jobId,
      String(priority),
      since,
      title,
    ]),
  });
  return [...head, '', ...line];
}

function stateOf({ paused, requested, workers }: Queue): string {
  const asked = requested === null ? '' : ` (requested: ${requested})`;
  if (paused === null) return `${workers === 0 ? 'no worker' : 'open'}${asked}`;
  return `paused by ${paused.by} ${paused.at}${paused.reason === null ? '' : `: ${paused.reason}`}${asked}`;
}
