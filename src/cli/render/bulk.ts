import type { BulkAnswer } from '../operations-answers.js';
import { formatTable } from './table.js';

/** What was taken, or would be: numbers first, then some of the jobs, then who was refused and why. */
export function bulkLines(
  answer: BulkAnswer,
  action: string,
  options: { width: number | undefined },
): string[] {
  const { taken, refused, more, examples } = answer;
  const hidden = taken - examples.length;
  return [
    `${action}: ${taken} taken, ${refused.length} refused${more ? ', and more match' : ''}`,
    ...formatTable({
      width: options.width,
      columns: [{ title: 'ID' }, { title: 'STATUS' }, { title: 'TITLE' }],
      rows: examples.map(({ id, status, title }) => [id, status, title]),
    }).slice(examples.length === 0 ? 1 : 0),
    ...(hidden > 0 ? [`… and ${hidden} others`] : []),
    ...refused.map(({ id, reason }) => `refused: ${id} ${reason}`),
  ];
}
