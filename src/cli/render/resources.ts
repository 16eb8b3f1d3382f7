import { needsInWords } from '../../domain/jobs/leases.js';
import type { Amounts, Holding, Resources } from '../resource-answers.js';
import { formatTable } from './table.js';

export function resourceTables(found: Resources, width: number | undefined): string[] {
  if (found.workers.length === 0)
    return [
      'No worker is alive that has a GPU or cores to give. "longplay up" or "longplay worker gpu" starts one.',
    ];
  return [
    ...workers(found, width),
    ...holdings('HOLDS', found.leases, width),
    ...holdings('KEPT FOR', found.holds, width),
    ...waiting(found, width),
  ];
}

function workers(found: Resources, width: number | undefined): string[] {
  const of = (used: number, capacity: number): string => (capacity === 0 ? '-' : `${used} of ${capacity}`);
  const each = (pick: (amounts: Amounts) => number) => (one: Resources['workers'][number]) =>
    of(pick(one.used), pick(one.capacity));
  const columns = [
    { title: 'VRAM MB', cell: each(({ vramMb }) => vramMb) },
    { title: 'ENCODERS', cell: each(({ encoderSessions }) => encoderSessions) },
    { title: 'AI', cell: each(({ aiSlots }) => aiSlots) },
    { title: 'CORES', cell: each(({ cpuTokens }) => cpuTokens) },
  ];
  return formatTable({
    width,
    columns: [
      { title: 'WORKER' },
      { title: 'HOST' },
      ...columns.map(({ title }) => ({ title })),
      { title: 'CARD' },
    ],
    rows: found.workers.map((one) => [
      one.worker,
      one.host,
      ...columns.map(({ cell }) => cell(one)),
      one.quarantine === null ? '' : `not used until ${one.quarantine.until}`,
    ]),
  });
}

function holdings(title: string, rows: Holding[], width: number | undefined): string[] {
  if (rows.length === 0) return [];
  return [
    '',
    ...formatTable({
      width,
      columns: [{ title }, { title: 'STEP' }, { title: 'WORKER' }, { title: 'SINCE' }, { title: 'WHAT' }],
      rows: rows.map(({ jobId, step, worker, since, needs }) => [
        jobId,
        step,
        worker,
        since,
        needsInWords(needs),
      ]),
    }),
  ];
}

function waiting({ waiting: rows }: Resources, width: number | undefined): string[] {
  if (rows.length === 0) return [];
  return [
    '',
    ...formatTable({
      width,
      columns: [{ title: 'WAITS' }, { title: 'PRIO', align: 'right' }, { title: 'SINCE' }, { title: 'FOR' }],
      rows: rows.map(({ jobId, priority, since, needs, detail }) => [
        jobId,
        String(priority),
        since,
        detail ?? needsInWords(needs),
      ]),
    }),
  ];
}
