import type { MediaType } from './release.js';

/** `otherMedia`: of another kind than what is wanted; `extra`: a trailer, a deleted scene. */
export type FileClass =
  | 'media'
  | 'otherMedia'
  | 'encrypted'
  | 'cover'
  | 'metadata'
  | 'subtitle'
  | 'sample'
  | 'extra'
  | 'archive'
  | 'executable'
  | 'junk';

/** What wants to be run on a desktop: no media has a use for it (acquisition.md §3.3). */
export const DANGEROUS = /\.(lnk|ps1|scr|vbs|arj|lzh|zipx|exe|bat|cmd|sh)[. ]*$/i;

/** Audible's containers (DRM): nothing can play what is inside. */
const ENCRYPTED = /\.(aa|aax|aaxc)$/i;
const SOUND = /\.(m4b|m4a|mp3|mp4|flac|ogg|oga|opus|aac|wav|wma|aiff?|mka)$/i;
const TEXT = /\.(epub|pdf|mobi|azw3?|fb2|cbz|cbr)$/i;
const VIDEO = /\.(mkv|mp4|m4v|avi|mov|m2?ts|webm|wmv|mpe?g|ogm|divx|flv|3gp)$/i;

const COVER = /(^|\/)(cover|folder|art|front|poster)\.(jpe?g|png)$/i;

const MEDIA: Readonly<Record<MediaType, RegExp>> = {
  audiobook: SOUND,
  ebook: TEXT,
  movie: VIDEO,
  episode: VIDEO,
};

/** First match wins; what is media is told apart afterwards. */
const PATTERNS: readonly (readonly [Exclude<FileClass, 'media' | 'sample' | 'extra'>, RegExp])[] = [
  ['executable', DANGEROUS],
  // Left out, and no reason to refuse all: a site's address is the name of many a text file.
  ['executable', /\.(msi|com|js)[. ]*$/i],
  // A Mac's "._01.mp3" holds no sound, and libraries do not look at dotfiles.
  ['junk', /(^|\/)(\.|__MACOSX\/)/],
  ['encrypted', ENCRYPTED],
  ['archive', /\.(rar|r\d\d|zip|7z|tar|gz|tgz|bz2|xz)$/i],
  ['otherMedia', SOUND],
  ['otherMedia', TEXT],
  ['otherMedia', VIDEO],
  ['subtitle', /\.(srt|vtt|ass|ssa|sub|idx|lrc)$/i],
  ['cover', COVER],
  ['metadata', /\.(opf|nfo|cue|json|txt|xml|m3u8?)$/i],
];

/** "sample/x", "sample.m4b", "book-sample.m4b": never a book that is called "Sample Text". */
const SAMPLE = /(^|\/)samples?\/|(^|[/._-])sample\.[^./]+$|(^|\/)sample[._-][^/]+$/i;

/** The folders and endings by which Plex and Jellyfin know what comes beside a film. */
const EXTRA =
  /(^|\/)(extras?|featurettes?|behind the scenes|deleted scenes|interviews?|scenes|shorts|trailers?|other)\/|-(trailer|featurette|behindthescenes|deleted|interview|scene|short)\.[^./]+$|(^|\/)trailer\.[^./]+$/i;

/**
 * What a file of a download is to somebody who wants a `mediaType`, by its path alone; its content is probed afterwards
 * (acquisition.md §5.1).
 */
export function classifyFile(path: string, mediaType: MediaType): FileClass {
  const [found] = PATTERNS.find(([, pattern]) => pattern.test(path)) ?? ['junk'];
  if (found !== 'otherMedia' || !MEDIA[mediaType].test(path)) return found;
  if (SAMPLE.test(path)) return 'sample';
  return MEDIA[mediaType] === VIDEO && EXTRA.test(path) ? 'extra' : 'media';
}

const COVER_NAMES = ['cover', 'poster', 'folder', 'front', 'art'];

/** Pictures that may be the cover, the likeliest first: by name, topmost folder first; then the only other one. */
export function likelyCovers(paths: readonly string[]): string[] {
  const rank = (path: string): number => COVER_NAMES.indexOf(stemOf(path).toLowerCase());
  const named = inReadingOrder(paths.filter((path) => COVER.test(path)));
  const others = paths.filter((path) => /\.(jpe?g|png)$/i.test(path) && !named.includes(path));
  return [
    ...named.toSorted((a, b) => depthOf(a) - depthOf(b) || rank(a) - rank(b)),
    ...(others.length === 1 ? others : []),
  ];
}

/** Reading order: folder by folder, numbers by their value, so that 2 comes before 10 and CD1 before CD2. */
export function inReadingOrder(paths: readonly string[]): string[] {
  return [...paths].sort(compareReading);
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

function compareReading(one: string, other: string): number {
  const [names, others] = [namesOf(one), namesOf(other)];
  for (let at = 0; at < Math.min(names.length, others.length); at += 1) {
    const order = compareNames(names[at] ?? '', others[at] ?? '');
    if (order !== 0) return order;
  }
  return names.length - others.length || compareUnits(one, other);
}

/** Names that read alike ("1" and "01") still have one order on every host. */
function compareNames(one: string, other: string): number {
  return collator.compare(one, other) || compareUnits(one, other);
}

function compareUnits(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

/** Without the extension, so that "Part 1.mp3" comes before "Part 1.5.mp3". */
function namesOf(path: string): string[] {
  return path.replace(/(?<=[^/])\.[a-z][a-z0-9]{0,4}$/i, '').split('/');
}

function stemOf(path: string): string {
  return namesOf(path).at(-1) ?? '';
}

function depthOf(path: string): number {
  return path.split('/').length;
}
