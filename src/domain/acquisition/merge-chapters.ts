import { titleSimilarity } from './likeness.js';
import { normalizeTitle } from './normalize-title.js';
import type { SidecarChapter } from './sidecar.js';

export interface ChapteredFile {
  /** Relative to the book's folder. */
  path: string;
  durationSeconds: number;
  /** Names in lower case. */
  tags: Record<string, string>;
  /** Counted from the file's own beginning. */
  chapters: readonly SidecarChapter[];
}

/** A name that is so like the book's says nothing of the chapter (acquisition.md §5.5). */
const AS_THE_BOOK = 0.8;

/**
 * The chapters of a book that is made of these files, in their order. A file with chapters of its own keeps them, any
 * other is one: called by its file name, else by its title tag, else "Chapter n". Names that are all the same tell
 * nothing either.
 */
export function mergedChapters(files: readonly ChapteredFile[], bookTitle: string): SidecarChapter[] {
  const titles = tellApart(files.map((file) => fileTitle(file, bookTitle)));
  const chapters: SidecarChapter[] = [];
  let offset = 0;
  for (const [index, file] of files.entries()) {
    const start = offset;
    offset += file.durationSeconds;
    if (file.chapters.length > 1) {
      for (const { title, startSeconds, endSeconds } of file.chapters) {
        const end = Math.min(start + endSeconds, offset);
        if (end > start + startSeconds)
          chapters.push({ title, startSeconds: start + startSeconds, endSeconds: end });
      }
    } else {
      const title = titles[index] ?? `Chapter ${chapters.length + 1}`;
      chapters.push({ title, startSeconds: start, endSeconds: offset });
    }
  }
  return chapters;
}

/** All or none: "Audiobook" twelve times is no table of contents. */
function tellApart(titles: (string | undefined)[]): (string | undefined)[] {
  const named = titles.filter((title) => title !== undefined).map(normalizeTitle);
  return named.length > 1 && new Set(named).size === 1 ? titles.map(() => undefined) : titles;
}

function fileTitle({ path, tags, chapters }: ChapteredFile, bookTitle: string): string | undefined {
  const only = chapters.length === 1 ? chapters[0]?.title : undefined;
  const candidates = [isNumbered(only) ? undefined : only, nameOf(path), tags['title']];
  return candidates
    .map((title) => title?.replaceAll(/\s+/g, ' ').trim())
    .find((title) => title !== undefined && isTelling(title, bookTitle));
}

/** ffprobe's stand-in for a chapter without a title, and what rippers write. */
function isNumbered(title: string | undefined): boolean {
  return title === undefined || /^(chapter|track)?[\s_-]*\d*$/i.test(title);
}

/** `CD1/03 - The_Sea.mp3` is called "The Sea": the place has been used for the order. */
function nameOf(path: string): string {
  const stem = (path.split('/').at(-1) ?? '').replace(/\.[^.]*$/, '').replaceAll('_', ' ');
  return stem.replace(/^\s*(?:\d{1,2}\s*[-.]\s*)?\d{1,4}(?:\s*[-.):]\s*|\s+|$)/, '').trim();
}

function isTelling(title: string, bookTitle: string): boolean {
  const isEmpty = /^(?:(?:audio\s*)?track|untitled|unknown)?[\s_.-]*\d*$/i.test(title);
  return !isEmpty && titleSimilarity(title, bookTitle) <= AS_THE_BOOK;
}
