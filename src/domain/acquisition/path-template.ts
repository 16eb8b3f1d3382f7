import { Fault } from '../faults.js';
import type { MediaItem } from './release.js';
import { MAX_FILE_BYTES, MAX_FOLDER_BYTES, safeName } from './safe-name.js';

/** Audiobookshelf reads every part of it (acquisition.md §5.3). */
export const DEFAULT_PATH_TEMPLATE =
  '{author}/{series}/{Vol seriesPart - }{(year) - }{title}{ [asin]}{ \\{narrator\\}}';

const TOKENS = ['author', 'title', 'narrator', 'asin', 'year', 'series', 'seriesPart', 'language'] as const;
type Token = (typeof TOKENS)[number];

/** 4,096 less the library's own root and a file's name (§5.3). */
const MAX_PATH_BYTES = 3_584;

/** An escaped character, a brace, a word (which may be a token), or what is between words. */
const PARTS = /\\.|[{}]|([\p{L}\p{N}_]+)|[^\\{}\p{L}\p{N}_]+|\\$/gsu;

/** A piece of a template: text as it is, or an item's value. */
type Piece = { text: string } | { token: Token };

/** What stands outside blocks always counts; a block counts when each of its tokens has a value. */
interface Block {
  conditional: boolean;
  pieces: Piece[];
}

/**
 * Renders an item's folder below its library's root, `/` between names. A block `{… token …}` is left
 * out when its token is empty; a backslash makes the next character literal, also `\{` and `\}` in a block.
 * @throws Fault bad_input for a template with an unknown token or a stray brace, or one that renders to nothing.
 */
export function renderFolder(template: string, item: MediaItem): string {
  const names = renderText(template, item)
    .split('/')
    .map((name) => safeName(name, MAX_FOLDER_BYTES));
  const folder = names.filter((name) => name !== '').join('/');
  if (folder !== '' && new TextEncoder().encode(folder).length <= MAX_PATH_BYTES) return folder;
  throw new Fault('bad_input', `The path template "${template}" gives no usable folder for "${item.title}"`, {
    remedy: 'Use {title}, and fewer folders where the path is too long',
  });
}

/** The template's text before it is made safe as a name: slashes in it part folders. */
export function renderText(template: string, item: MediaItem): string {
  return parseTemplate(template)
    .map((block) => renderBlock(block, item))
    .join('');
}

function renderBlock({ conditional, pieces }: Block, item: MediaItem): string {
  const parts = pieces.map((piece) => ('text' in piece ? piece.text : valueOf(piece.token, item)));
  return conditional && parts.includes('') ? '' : parts.join('');
}

/** A slash in a value is part of a name, never a folder; and "???" is a title, though no name of a folder. */
function valueOf(token: Token, item: MediaItem): string {
  const value = String(item[token] ?? '').trim();
  return value === '' ? '' : usableText(value);
}

function usableText(value: string): string {
  const text = value.replaceAll(/[/\\]/g, '-');
  return safeName(text, Number.POSITIVE_INFINITY) === '' ? '_' : text;
}

function parseTemplate(template: string): Block[] {
  const blocks: Block[] = [];
  let open: Block = { conditional: false, pieces: [] };
  for (const [part, word] of template.matchAll(PARTS)) {
    const isToken = open.conditional && isKnown(word);
    if (part === '{' || part === '}') {
      if (open.conditional !== (part === '}')) throw strayBrace(template);
      blocks.push(checked(open));
      open = { conditional: part === '{', pieces: [] };
    } else open.pieces.push(isToken ? { token: word } : { text: unescaped(part) });
  }
  if (open.conditional) throw strayBrace(template);
  return [...blocks, open];
}

function isKnown(word: string | undefined): word is Token {
  return TOKENS.some((token) => token === word);
}

function unescaped(part: string): string {
  return part.startsWith('\\') ? part.slice(1) : part;
}

function checked(block: Block): Block {
  if (!block.conditional || block.pieces.some((piece) => 'token' in piece)) return block;
  const text = block.pieces.map((piece) => ('text' in piece ? piece.text : '')).join('');
  throw new Fault('bad_input', `The path template has an unknown token: "{${text}}"`, {
    remedy: `Known tokens: ${TOKENS.join(', ')}`,
  });
}

function strayBrace(template: string): Fault {
  return new Fault('bad_input', `The path template has a brace without its other half: "${template}"`, {
    remedy: 'Write \\{ and \\} for braces that shall stand in a name',
  });
}

/** Names of the item's media files, in their order: padded numbers when there are several, so no twins. */
export function renderFileNames(item: MediaItem, extensions: readonly string[]): string[] {
  const width = String(extensions.length).length;
  const title = usableText(item.title);
  return extensions.map((extension, index) => {
    const number = extensions.length === 1 ? '' : `${String(index + 1).padStart(width, '0')} - `;
    return safeName(`${number}${title}${extension}`, MAX_FILE_BYTES);
  });
}
