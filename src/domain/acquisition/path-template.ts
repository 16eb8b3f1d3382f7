import { Fault } from '../faults.js';
import type { MediaItem, MediaType } from './release.js';
import { MAX_FOLDER_BYTES, safeName } from './safe-name.js';
import { videoName } from './video-match.js';

/** Audiobookshelf reads every part of it (acquisition.md §5.3). */
export const DEFAULT_PATH_TEMPLATE =
  '{author}/{series}/{Vol seriesPart - }{(year) - }{title}{ [asin]}{ \\{narrator\\}}';

/** As the media servers of each kind read them best. */
const BUILT_IN: Readonly<Record<MediaType, string>> = {
  audiobook: DEFAULT_PATH_TEMPLATE,
  ebook: '{author}/{series}/{seriesPart - }{title}{ (year)}',
  movie: '{title}{ (year)}',
  episode: '{show}/Season {season:00}',
};

/** A library that keeps several kinds has one template; while that is a built-in one, each kind has its own. */
export function templateFor(pathTemplate: string, mediaType: MediaType): string {
  return Object.values(BUILT_IN).includes(pathTemplate) ? BUILT_IN[mediaType] : pathTemplate;
}

const TOKENS = [
  ...(['author', 'title', 'narrator', 'asin', 'year', 'series', 'seriesPart', 'language'] as const),
  ...(['show', 'season', 'episode', 'episodeTitle', 'quality'] as const),
] as const;
type Token = (typeof TOKENS)[number];

/** What a template is filled from. */
export type Named = MediaItem & {
  /** As "1080p WEB-DL". */
  quality?: string;
};

/** 4,096 less the library's own root and a file's name (§5.3). */
const MAX_PATH_BYTES = 3_584;

/** An escaped character, a brace, a word (which may be a token, `season:00` for two digits), or what is between words. */
const PARTS = /\\.|[{}]|([\p{L}\p{N}_]+)(?::(0+))?|[^\\{}\p{L}\p{N}_]+|\\$/gsu;

/** A piece of a template: text as it is, or an item's value. */
type Piece = { text: string } | { token: Token; digits: number };

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
export function renderFolder(template: string, item: Named): string {
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
export function renderText(template: string, item: Named): string {
  return parseTemplate(template)
    .map((block) => renderBlock(block, item))
    .join('');
}

function renderBlock({ conditional, pieces }: Block, item: Named): string {
  const parts = pieces.map((piece) =>
    'text' in piece ? piece.text : padded(valueOf(piece.token, item), piece.digits),
  );
  return conditional && parts.includes('') ? '' : parts.join('');
}

function padded(value: string, digits: number): string {
  return value === '' ? '' : value.padStart(digits, '0');
}

/** A slash in a value is part of a name, never a folder; and "???" is a title, though no name of a folder. */
function valueOf(token: Token, item: Named): string {
  const value = String(fieldOf(token, item) ?? '').trim();
  return value === '' ? '' : usableText(value);
}

function fieldOf(token: Token, item: Named): string | number | undefined {
  if (token === 'show') return videoName(item);
  if (token === 'episodeTitle') return videoName(item) === item.title ? undefined : item.title;
  return item[token];
}

export function usableText(value: string): string {
  const text = value.replaceAll(/[/\\]/g, '-');
  return safeName(text, Number.POSITIVE_INFINITY) === '' ? '_' : text;
}

function parseTemplate(template: string): Block[] {
  const blocks: Block[] = [];
  let open: Block = { conditional: false, pieces: [] };
  for (const [part, word, zeros = ''] of template.matchAll(PARTS)) {
    const isToken = open.conditional && isKnown(word);
    if (part === '{' || part === '}') {
      if (open.conditional !== (part === '}')) throw strayBrace(template);
      blocks.push(checked(open));
      open = { conditional: part === '{', pieces: [] };
    } else open.pieces.push(isToken ? { token: word, digits: zeros.length } : { text: unescaped(part) });
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
