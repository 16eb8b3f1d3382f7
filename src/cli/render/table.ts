export interface Column {
  title: string;
  align?: 'left' | 'right';
}

/**
 * Lines of a table with as much room as its cells need. With `width`, what runs over the edge of a terminal is
 * cut with an ellipsis; without, nothing is lost.
 */
export function formatTable(table: {
  columns: Column[];
  rows: string[][];
  width?: number | undefined;
}): string[] {
  const { columns, rows, width } = table;
  const all = [columns.map(({ title }) => title), ...rows];
  const widths = columns.map((_, at) => Math.max(...all.map((row) => lengthOf(row[at] ?? ''))));
  return all.map((row) => {
    const cells = columns.map(({ align = 'left' }, at) => pad(row[at] ?? '', widths[at] ?? 0, align));
    return cut(cells.join('  ').trimEnd(), width);
  });
}

/** One `name  value` a line, values below each other; a pair without a value is left out. */
export function formatPairs(pairs: [name: string, value: string | null | undefined][]): string[] {
  const told = pairs.filter(([, value]) => value !== null && value !== undefined && value !== '');
  const width = Math.max(0, ...told.map(([name]) => lengthOf(name)));
  return told.map(([name, value]) => `${pad(name, width, 'left')}  ${value ?? ''}`);
}

function pad(text: string, width: number, align: 'left' | 'right'): string {
  const room = ' '.repeat(Math.max(0, width - lengthOf(text)));
  return align === 'left' ? text + room : room + text;
}

export function cut(text: string, width: number | undefined): string {
  if (width === undefined || lengthOf(text) <= width) return text;
  return `${Array.from(text)
    .slice(0, Math.max(0, width - 1))
    .join('')}…`;
}

/** In code points: close enough to columns, and never splits a character. */
function lengthOf(text: string): number {
  return Array.from(text).length;
}
