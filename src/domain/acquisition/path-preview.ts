import { renderFolder, renderText } from './path-template.js';
import type { MediaItem } from './release.js';
import { MAX_FOLDER_BYTES, safeName } from './safe-name.js';

/** What was done to a text before it could be a name. */
export const NAME_CHANGES = ['dropped', 'characters', 'reserved', 'shortened'] as const;
export type NameChange = (typeof NAME_CHANGES)[number];

export interface PreviewedFolder {
  /** Relative to the library's root. */
  folder: string;
  /** Each folder of it, with what the template gave. */
  names: { wanted: string; name: string; changes: NameChange[] }[];
  /** Fields of the item whose slashes were made dashes, so that they part no folders. */
  slashes: string[];
}

/**
 * Where a template puts an item, and what had to be changed for it (acquisition.md §5.3).
 * @throws Fault bad_input as renderFolder does.
 */
export function previewFolder(template: string, item: MediaItem): PreviewedFolder {
  const folder = renderFolder(template, item);
  const wanted = renderText(template, item)
    .split('/')
    .filter((text) => text.trim() !== '');
  return {
    folder,
    names: wanted.map((text) => {
      const name = safeName(text, MAX_FOLDER_BYTES);
      return { wanted: text, name, changes: changesOf(text, name) };
    }),
    slashes: Object.entries(item)
      .filter(([, value]) => typeof value === 'string' && /[/\\]/.test(value))
      .map(([field]) => field),
  };
}

function changesOf(wanted: string, name: string): NameChange[] {
  if (name === '') return ['dropped'];
  const uncut = safeName(wanted, Number.POSITIVE_INFINITY);
  const isReserved = uncut.startsWith('_') && !wanted.trim().startsWith('_');
  const cleaned = isReserved ? uncut.slice(1) : uncut;
  return [
    ...(cleaned === wanted ? [] : (['characters'] as const)),
    ...(isReserved ? (['reserved'] as const) : []),
    ...(name === uncut ? [] : (['shortened'] as const)),
  ];
}
