import type { Figure } from './figure.js';
import type { Machine } from './machine.js';

/** What `--json FILE` writes. */
export interface Report {
  bench: string;
  machine: Machine;
  /** ISO 8601. */
  at: string;
  figures: Figure[];
  /** What could not be measured, and why. */
  skipped: { name: string; why: string }[];
}

const HEAD = ['', 'figure', 'value', 'goal', 'yardstick', 'ratio'];

/** The report as a table for a terminal, columns padded. */
export function tableOf({ figures, skipped }: Pick<Report, 'figures' | 'skipped'>): string {
  const rows = [HEAD, ...figures.map(rowOf)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [...lines, ...skipped.map(({ name, why }) => `–  ${name}: ${why}`)].join('\n');
}

function rowOf({ name, value, unit, interval, goal, met, yardstick }: Figure): string[] {
  return [
    met === null ? ' ' : met ? '✓' : '✗',
    name,
    `${value} ${unit}${interval === null ? '' : ` (${interval.from} to ${interval.to})`}`,
    goal ?? '',
    yardstick === null ? '' : `${yardstick.value} ${yardstick.unit} ${yardstick.name}`,
    yardstick === null ? '' : (value / yardstick.value).toFixed(2),
  ];
}
