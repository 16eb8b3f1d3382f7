import type { HealthCheck } from '../operations-answers.js';
import { formatTable } from './table.js';

const MARKS: Record<HealthCheck['level'], string> = { ok: '✓', warning: '!', error: '✗' };

export function healthLines(checks: HealthCheck[], width: number | undefined): string[] {
  if (checks.length === 0) return ['Nothing was looked at so far: longplay job create health_check'];
  return [
    ...formatTable({
      width,
      columns: [
        { title: ' ' },
        { title: 'WHAT' },
        { title: 'WHICH' },
        { title: 'SINCE' },
        { title: 'STATE' },
      ],
      rows: checks.map(({ level, kind, subject, since, message }) => [
        MARKS[level],
        kind.replaceAll('_', ' '),
        subject,
        since,
        message,
      ]),
    }),
    ...checks.flatMap(({ level, subject, kind, remedy }) =>
      remedy === null ? [] : ['', `${MARKS[level]} ${kind.replaceAll('_', ' ')} ${subject}: ${remedy}`],
    ),
    '',
    conclusion(checks),
  ];
}

function conclusion(checks: HealthCheck[]): string {
  const count = (level: HealthCheck['level']): number =>
    checks.filter((check) => check.level === level).length;
  if (count('error') > 0) return `${count('error')} of ${checks.length} are in trouble.`;
  return count('warning') > 0 ? `All works; ${count('warning')} need a look.` : 'All is well.';
}
