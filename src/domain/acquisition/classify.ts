export type FileClass =
  'media' | 'encrypted' | 'cover' | 'metadata' | 'subtitle' | 'sample' | 'archive' | 'executable' | 'junk';

/** First match wins; a sample is told from media afterwards. */
const PATTERNS: readonly (readonly [FileClass, RegExp])[] = [
  ['executable', /\.(lnk|ps1|scr|vbs|arj|lzh|zipx|exe|bat|cmd|sh|msi|com|js)[. ]*$/i],
  // A Mac's "._01.mp3" holds no sound, and libraries do not look at dotfiles.
  ['junk', /(^|\/)(\.|__MACOSX\/)/],
  // Audible's containers (DRM): nothing can play what is inside.
  ['encrypted', /\.(aa|aax|aaxc)$/i],
  ['archive', /\.(rar|r\d\d|zip|7z|tar|gz|tgz|bz2|xz)$/i],
  ['media', /\.(m4b|m4a|mp3|mp4|flac|ogg|oga|opus|aac|wav|wma|aiff?|mka)$/i],
  ['subtitle', /\.(srt|vtt|ass|ssa|sub|idx|lrc)$/i],
  ['cover', /(^|\/)(cover|folder|art|front)\.(jpe?g|png)$/i],
  ['metadata', /\.(opf|nfo|cue|json|txt|xml|m3u8?)$/i],
];

/** "sample/x", "sample.m4b", "book-sample.m4b": never a book that is called "Sample Text". */
const SAMPLE = /(^|\/)samples?\/|(^|[/._-])sample\.[^./]+$|(^|\/)sample[._-][^/]+$/i;

/** What a file of a download is, by its path alone; its content is probed afterwards (acquisition.md §5.1). */
export function classifyFile(path: string): FileClass {
  const [found] = PATTERNS.find(([, pattern]) => pattern.test(path)) ?? ['junk'];
  return found === 'media' && SAMPLE.test(path) ? 'sample' : found;
}

const COVER_NAMES = ['cover', 'folder', 'front', 'art'];

/** Pictures that may be the cover, the likeliest first: by name, topmost folder first; then the only other one. */
export function likelyCovers(paths: readonly string[]): string[] {
  const rank = (path: string): number => COVER_NAMES.indexOf(stemOf(path).toLowerCase());
  const named = inReadingOrder(paths.filter((path) => classifyFile(path) === 'cover'));
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
