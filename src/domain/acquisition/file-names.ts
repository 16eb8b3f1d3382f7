import { renderText, usableText, type Named } from './path-template.js';
import type { MediaItem, MediaType } from './release.js';
import { MAX_FILE_BYTES, safeName } from './safe-name.js';

const MOVIE = '{title}{ (year)}{ - quality}';
const EPISODE = '{show} - S{season:00}';
const BEHIND_EPISODE = '{ - episodeTitle}{ - quality}';

/** Of a file that nobody has seen so far. */
export function usualExtension(mediaType: MediaType): string {
  return ({ audiobook: '.m4b', ebook: '.epub', movie: '.mkv', episode: '.mkv' } as const)[mediaType];
}

/** Names of a book's files, in their order: padded numbers when there are several, so no twins. */
export function bookFileNames(item: MediaItem, extensions: readonly string[]): string[] {
  const width = String(extensions.length).length;
  const title = usableText(item.title);
  return extensions.map((extension, index) => {
    const number = extensions.length === 1 ? '' : `${String(index + 1).padStart(width, '0')} - `;
    return safeName(`${number}${title}${extension}`, MAX_FILE_BYTES);
  });
}

/**
 * Names of a film's or an episode's files, as Plex and Jellyfin read them: parts of one film by " - part1", a file of
 * several episodes by the first and the last of them.
 */
export function videoFileNames(
  item: Named,
  { extensions, episodes = [] }: { extensions: readonly string[]; episodes?: readonly number[] },
): string[] {
  const stem = flat(item.mediaType === 'episode' ? episodeStem(item, episodes) : renderText(MOVIE, item));
  return extensions.map((extension, index) => {
    const end = `${extensions.length === 1 ? '' : ` - part${index + 1}`}${extension}`;
    return `${safeName(stem, MAX_FILE_BYTES - new TextEncoder().encode(end).length)}${end}`;
  });
}

function episodeStem(item: Named, episodes: readonly number[]): string {
  const told = episodes.length === 0 ? [item.episode ?? 0] : episodes;
  const [first, last] = [Math.min(...told), Math.max(...told)];
  const numbers = `E${twoDigits(first)}${last === first ? '' : `-E${twoDigits(last)}`}`;
  return `${renderText(EPISODE, item)}${numbers}${renderText(BEHIND_EPISODE, item)}`;
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}

function flat(text: string): string {
  return text.replaceAll('/', '-');
}
