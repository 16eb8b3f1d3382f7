import { formatBytes, formatDuration } from '../../domain/jobs/amounts.js';
import type { ValidationResult } from '../../domain/media/validation.js';
import type { TakenThumbnail } from '../direct/media/thumbnail-file.js';
import { formatTable } from './table.js';

/** The verdict on a file, by the name that it was given, and what was found. */
export function validationLines(
  { verdict, level, durationSeconds, findings }: ValidationResult,
  name: string,
): string[] {
  const length = durationSeconds === null ? '' : `, ${formatDuration(durationSeconds * 1_000)}`;
  const head = `${name} is ${verdict} (${level}${length})`;
  if (findings.length === 0) return [head];
  const columns = [{ title: 'SEVERITY' }, { title: 'CODE' }, { title: 'FOUND' }];
  const rows = findings.map(({ severity, code, message, remedy }) => [
    ...[severity, code, remedy === null ? message : `${message}. ${remedy}`],
  ]);
  return [head, ...formatTable({ columns, rows })];
}

export function takenLines({ path, width, height, bytes, verdict, sprite, notes }: TakenThumbnail): string[] {
  const isBest = verdict === 'good' ? '' : `; ${verdict}: it has nothing better to show`;
  return [
    `Made ${path}: ${width}×${height}, ${formatBytes(bytes)}${isBest}`,
    ...(sprite === null ? [] : [`Made ${sprite.path}: ${sprite.width}×${sprite.height}`]),
    ...notes,
  ];
}
