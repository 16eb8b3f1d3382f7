import { fileStem } from './file-stem.js';
import { foldTitle } from './normalize-title.js';
import { parseVideoTitle } from './parse-video-title.js';

/** What a library's file is called, as far as its path tells. */
export interface ReadFileName {
  title: string;
  year: number | null;
  season: number | null;
  episode: number | null;
}

/** Everything behind it is about the copy, not about the work. */
const TAGS =
  /[ ._([-]+(?:2160p|1080p|720p|576p|480p|4k|uhd|blu-?ray|b[dr]rip|web-?dl|web-?rip|hdtv|dvd(?:rip)?|remux|[hx][ .]?26[45]|hevc|av1|xvid|part ?\d+|cd ?\d+)\b.*$/i;
/** Between brackets a book's of any century; without them a number may be part of the title. */
const YEAR = /[ ._]*(?:[([](1\d{3}|20\d\d)[)\]]|[ ._]((?:19|20)\d\d))(?=[ ._-]|$)/g;
const NUMBERS = /[ ._-]*\b(?:s\d{1,4}[ ._-]?e\d|\d{1,2}x\d{2,3}\b).*$/i;
const SEASON = /^(?:season|staffel|series|specials?)\b/i;

/** "Film (1999) - 1080p.mkv" and "Film.1999.1080p.BluRay-GRP.mkv" are one film; a year in front is a title. */
export function readMovieName(path: string): ReadFileName {
  const { year, title } = splitYear(fileStem(path).replace(TAGS, ''));
  return { title: title === '' ? fileStem(path) : title, year, season: null, episode: null };
}

/** The show by what stands before the numbers, else by its folder: "Show/Season 01/02.mkv". */
export function readEpisodeName(path: string): ReadFileName {
  const name = fileStem(path);
  const { numbering } = parseVideoTitle(foldTitle(name), (text) => text);
  const told = numbering?.kind === 'episodes' ? numbering : undefined;
  const before = splitYear(told === undefined ? '' : name.replace(NUMBERS, ''));
  const show = before.title === '' ? showFolder(path) : before.title;
  return {
    title: show ?? name,
    year: before.year,
    season: told?.season ?? null,
    episode: told?.episodes[0] ?? null,
  };
}

function showFolder(path: string): string | undefined {
  const folder = path
    .split('/')
    .slice(0, -1)
    .findLast((name) => !SEASON.test(name));
  return folder === undefined ? undefined : splitYear(folder).title;
}

function splitYear(text: string): { title: string; year: number | null } {
  const found = [...text.matchAll(YEAR)].filter(({ index }) => index > 0).at(-1);
  const title = (found === undefined ? text : text.slice(0, found.index)).replaceAll(/[._]+/g, ' ');
  return {
    title: title.replace(/[ -]+$/, '').trim(),
    year: found === undefined ? null : Number(found[1] ?? found[2]),
  };
}
