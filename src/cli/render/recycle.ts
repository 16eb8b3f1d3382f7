import { formatBytes } from '../../domain/jobs/amounts.js';
import type { Recycled, Restored } from '../recycle-answers.js';
import { formatTable } from './table.js';

export function recycledTable(files: Recycled[], width: number | undefined): string[] {
  return formatTable({
    width,
    columns: [
      { title: 'ID' },
      { title: 'SINCE' },
      { title: 'WHY' },
      { title: 'SIZE', align: 'right' },
      { title: 'STATE' },
      { title: 'JOB' },
      { title: 'FILE' },
    ],
    rows: files.map((file) => [
      file.id,
      file.recycledAt?.slice(0, 10) ?? '',
      file.why,
      formatBytes(file.bytes),
      stateOf(file),
      file.jobId ?? '',
      file.path,
    ]),
  });
}

export function restoredLines({ dryRun, restored, refused }: Restored): string[] {
  const verb = dryRun ? 'Would restore' : 'Restored';
  return [
    ...restored.map(({ path }) => `${verb} ${path}.`),
    ...refused.map(({ id, why, remedy }) => `${id} stays: ${why}.${remedy == null ? '' : ` ${remedy}.`}`),
    ...(restored.length + refused.length === 0 ? ['There is nothing of it in the recycle bin.'] : []),
  ];
}

function stateOf({ restoredAt, expiredAt }: Recycled): string {
  if (restoredAt != null) return 'restored';
  return expiredAt == null ? 'in the bin' : 'removed';
}
