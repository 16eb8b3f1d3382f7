import type { ImportResult } from '../import-answers.js';

type Item = ImportResult['items'][number];

const PARTS: [part: string, title: string][] = [
  ['indexers', 'Indexers'],
  ['downloadClients', 'Download clients'],
  ['libraries', 'Folders'],
  ['pathMappings', 'Path mappings'],
  ['requests', 'Wanted'],
  ['others', 'Without a counterpart here'],
];

const MARKS: Record<string, string | undefined> = {
  add: '+',
  change: '~',
  exists: '=',
  ask: '?',
  leave: '-',
};

/** Every item by its part, with what it needs; then what it comes to. */
export function importLines(result: ImportResult): string[] {
  const { product, version, items, dryRun, counts } = result;
  const sections = PARTS.flatMap(([part, title]) => {
    const own = items.filter((item) => item.part === part);
    return own.length === 0 ? [] : ['', title, ...own.flatMap(itemLines)];
  });
  const { toDo, done, failed, existing, asking, left } = counts;
  const did = dryRun ? `${toDo} to do` : `${done} done, ${failed} failed`;
  return [
    `${product} ${version}`,
    ...sections,
    '',
    `${did}; ${existing} there already, ${asking} need you, ${left} without a counterpart.`,
    ...(dryRun ? ['Nothing was changed. With --apply it is done.'] : []),
  ];
}

function itemLines({ action, outcome, name, detail, remedy }: Item): string[] {
  const mark = outcome === 'done' ? '✓' : outcome === 'failed' ? '✗' : (MARKS[action] ?? ' ');
  return [`  ${mark} ${name}: ${detail}`, ...(remedy === null ? [] : [`    What to do: ${remedy}`])];
}
