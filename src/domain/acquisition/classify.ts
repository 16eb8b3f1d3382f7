export type FileClass = 'media' | 'cover' | 'metadata' | 'sample' | 'archive' | 'executable' | 'junk';

const MEDIA = /\.(m4b|m4a|mp3|mp4|flac|ogg|opus|aac|wav|wma|aiff|mka)$/i;
const PICTURE = /\.(jpe?g|png)$/i;
const COVER = /(^|\/)(cover|folder|art|front)[^/]*\.(jpe?g|png)$/i;
const METADATA = /\.(opf|nfo|cue|json|txt|xml|m3u8?)$/i;
const ARCHIVE = /\.(rar|r\d\d|zip|7z|tar|gz)$/i;
const EXECUTABLE = /\.(exe|bat|cmd|sh|scr|vbs|ps1|lnk|arj|lzh|zipx|msi|com|js)$/i;

/** What a file of a download is, by its path alone; its content is probed afterwards (acquisition.md §5.1). */
export function classifyFile(path: string): FileClass {
  if (EXECUTABLE.test(path)) return 'executable';
  if (ARCHIVE.test(path)) return 'archive';
  if (MEDIA.test(path)) return /(^|\/)sample\b/i.test(path) ? 'sample' : 'media';
  if (COVER.test(path)) return 'cover';
  if (PICTURE.test(path)) return 'cover';
  return METADATA.test(path) ? 'metadata' : 'junk';
}

/** Reading order: by path, numbers by their value, so that 2 comes before 10 and CD1 before CD2. */
export function inReadingOrder(paths: readonly string[]): string[] {
  const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
  return [...paths].sort((one, other) => collator.compare(one, other));
}
