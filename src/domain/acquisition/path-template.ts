import { Fault } from '../faults.js';
import type { MediaItem } from './release.js';

/** Audiobookshelf reads every part of it (acquisition.md §5.3). */
export const DEFAULT_PATH_TEMPLATE =
  '{author}/{series}/{Vol seriesPart - }{(year) - }{title}{ [asin]}{ \\{narrator\\}}';

const TOKENS = ['author', 'title', 'narrator', 'asin', 'year', 'series', 'seriesPart', 'language'] as const;
type Token = (typeof TOKENS)[number];

const MAX_NAME_BYTES = 255;
/** Room for `.partial-<attempt>` and a leading dot beside a file's own name. */
const MAX_FOLDER_BYTES = 200;
const MAX_PATH_BYTES = 4_096;
const RESERVED = /^(con|prn|aux|nul|com[1-9]|lpt[1-9])(\..*)?$/i;

/**
 * Renders an item's folder below its library's root, `/` between names. A block `{… token …}` is left
 * out when its token is empty; `\{` and `\}` are literal.
 * @throws Fault bad_input for a template with an unknown token or an open brace, or one that renders to nothing.
 */
export function renderFolder(template: string, item: MediaItem): string {
  const names = template
    .split('/')
    .map((segment) => safeName(renderSegment(segment, item), MAX_FOLDER_BYTES))
    .filter((name) => name !== '');
  const folder = names.join('/');
  if (folder === '' || new TextEncoder().encode(folder).length > MAX_PATH_BYTES) {
    throw new Fault(
      'bad_input',
      `The path template "${template}" gives no usable folder for "${item.title}"`,
      {
        remedy: 'Use at least {title}',
      },
    );
  }
  return folder;
}

function renderSegment(segment: string, item: MediaItem): string {
  let rendered = '';
  let block: string | undefined;
  for (let index = 0; index < segment.length; index += 1) {
    const character = segment.charAt(index);
    if (character === '\\' && index + 1 < segment.length) {
      index += 1;
      const literal = segment.charAt(index);
      if (block === undefined) rendered += literal;
      // Kept apart from real braces until the block is rendered.
      else block += literal;
    } else if (character === '{' && block === undefined) {
      block = '';
    } else if (character === '}' && block !== undefined) {
      rendered += renderBlock(block, item);
      block = undefined;
    } else if (block === undefined) {
      rendered += character;
    } else {
      block += character;
    }
  }
  if (block !== undefined) throw new Fault('bad_input', `The path template has an open brace: "${segment}"`);
  return rendered;
}

function renderBlock(block: string, item: MediaItem): string {
  const token = [...TOKENS]
    .sort((one, other) => other.length - one.length)
    .find((name) => hasWord(block, name));
  if (token === undefined) {
    throw new Fault('bad_input', `The path template has an unknown token: "{${block}}"`, {
      remedy: `Known tokens: ${TOKENS.join(', ')}`,
    });
  }
  const value = valueOf(token, item);
  return value === '' ? '' : block.replace(new RegExp(`\\b${token}\\b`), () => value);
}

function hasWord(block: string, token: Token): boolean {
  return new RegExp(`\\b${token}\\b`).test(block);
}

function valueOf(token: Token, item: MediaItem): string {
  const value = item[token];
  // A slash in a value is part of a name, never a folder.
  return value === undefined ? '' : String(value).replaceAll(/[/\\]/g, '-').trim();
}

/** One file or folder name that every system can hold; empty when nothing is left of it. */
export function safeName(name: string, maxBytes = MAX_NAME_BYTES): string {
  const cleaned = name
    .normalize('NFC')
    // eslint-disable-next-line no-control-regex -- control characters are what is taken out
    .replaceAll(/[<>:"/\\|?*\u0000-\u001f\u007f]/g, '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/^[. ]+|[. ]+$/g, '');
  const usable = RESERVED.test(cleaned) ? `_${cleaned}` : cleaned;
  return cutToBytes(usable, maxBytes);
}

/** Cuts before the extension and before a trailing `[…]`, at the edge of a code point. */
function cutToBytes(name: string, maxBytes: number): string {
  const encoder = new TextEncoder();
  if (encoder.encode(name).length <= maxBytes) return name;
  const kept = /( \[[A-Z0-9]{10}\])?(\.[A-Za-z0-9]{1,5})?$/.exec(name)?.[0] ?? '';
  let stem = Array.from(name.slice(0, name.length - kept.length));
  while (stem.length > 0 && encoder.encode(stem.join('') + kept).length > maxBytes) stem = stem.slice(0, -1);
  return stem.join('').replace(/[. ]+$/, '') + kept;
}

/** Names of the item's media files, in their order: padded numbers when there are several, no twins. */
export function renderFileNames(item: MediaItem, extensions: readonly string[]): string[] {
  const width = String(extensions.length).length;
  const title = item.title.replaceAll(/[/\\]/g, '-');
  return extensions.map((extension, index) =>
    extensions.length === 1
      ? safeName(`${title}${extension}`, MAX_FOLDER_BYTES)
      : safeName(`${String(index + 1).padStart(width, '0')} - ${title}${extension}`, MAX_FOLDER_BYTES),
  );
}
