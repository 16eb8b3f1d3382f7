import type { Setting } from '../answers.js';
import { formatTable } from './table.js';

export function settingTable(settings: Setting[], width: number | undefined): string[] {
  return formatTable({
    width,
    columns: [
      { title: 'ID' },
      { title: 'NAME' },
      { title: 'KIND' },
      { title: 'ENABLED' },
      { title: 'PLACE' },
    ],
    rows: settings.map(({ id, name, kind, enabled, baseUrl, root }) => [
      id,
      name,
      kind,
      enabled ? 'yes' : 'no',
      baseUrl ?? root ?? '',
    ]),
  });
}

export function testTable(
  tests: { id: string; ok: boolean; detail: string; remedy?: string | null | undefined }[],
): string[] {
  return tests.flatMap(({ id, ok, detail, remedy }) => [
    `${ok ? '✓' : '✗'} ${id}: ${detail}`,
    ...(ok || remedy == null ? [] : [`  What to do: ${remedy}`]),
  ]);
}
