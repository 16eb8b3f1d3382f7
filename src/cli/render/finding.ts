import type { Finding, FindingState } from '../doctor/finding.js';
import { formatTable } from './table.js';

const MARKS: Record<FindingState, string> = { ok: '✓', advice: '!', broken: '✗' };

export function findingLines(findings: Finding[]): string[] {
  return [
    ...formatTable({
      columns: [
        { title: ' ' },
        { title: 'WHAT' },
        { title: 'VERSION' },
        { title: 'WHERE' },
        { title: 'NOTE' },
      ],
      rows: findings.map(({ name, state, version, where, detail }) => [
        MARKS[state],
        name,
        version ?? '',
        where ?? '',
        detail,
      ]),
    }),
    ...findings.flatMap(({ name, state, remedy }) =>
      remedy === null ? [] : ['', `${MARKS[state]} ${name}: ${remedy}`],
    ),
    '',
    conclusion(findings),
  ];
}

function conclusion(findings: Finding[]): string {
  const broken = findings.filter(({ state }) => state === 'broken').length;
  const advice = findings.filter(({ state }) => state === 'advice').length;
  if (broken > 0) return `${broken} of ${findings.length} must be put right first.`;
  return advice > 0 ? `Longplay can run; ${advice} could be better.` : 'All is well.';
}
