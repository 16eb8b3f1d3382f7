import { EDITION_WORDS } from './edition-words.js';
import { titleSimilarity } from './likeness.js';
import { foldTitle, isStopWord, mainTitle, splitWords } from './normalize-title.js';
import { endOfPhrase } from './phrase.js';
import type { MediaItem } from './release.js';
import { parseVolume, statedVolumes, volumeBehindTitle, volumesOfTitle } from './volume.js';

/** The fields of a library item that the match looks at. */
export interface MatchTarget {
  id: string;
  title: string;
  author: string | null;
  narrator: string | null;
  asin: string | null;
  isbn: string | null;
  durationSeconds: number | null;
  season?: number | null;
  episode?: number | null;
}

const RUNTIME_TOLERANCE = 0.1;
/** "Colour" and "color"; "light" and "night" are more alike, so first and last letter must agree too. */
const SAME_WORD = 0.6;

/** Why a target that is alike enough is another work all the same (acquisition.md §1.11). Reads the item once. */
export function guardsFor(item: MediaItem): (target: MatchTarget) => string | undefined {
  const own = ownTitle(item);
  return (target) => {
    if (idsConflict(item, target)) return 'its ids differ';
    if (item.mediaType === 'episode' && episodesDiffer(item, target)) return 'it is another episode';
    if (runtimesDiffer(item, target)) return 'its running time differs by more than 10 %';
    if (volumesDiffer(own, target.title)) return 'its volume differs';
    const word = extraWord(own, target.title);
    return word === undefined ? undefined : `only one of them says "${word}"`;
  };
}

interface OwnTitle {
  folded: string;
  ranges: number;
  /** Volumes that title and series tell. */
  volumes: number[];
  /** Its words, and those around it: series, author, year. */
  known: string[];
  telling: string[];
  main: string[];
}

function ownTitle(item: MediaItem): OwnTitle {
  const { title, seriesPart } = item;
  const folded = foldTitle(title);
  const part = seriesPart === undefined ? undefined : parseVolume(seriesPart);
  const around = [item.series, item.author, item.narrator, item.year?.toString(), seriesPart];
  return {
    folded,
    ranges: statedVolumes(folded).ranges.length,
    volumes: [...volumesOfTitle(folded), ...(part === undefined ? [] : [part])],
    known: [title, ...around].flatMap((text) => splitWords(text ?? '')),
    telling: tellingWords(title),
    main: splitWords(mainTitle(title)),
  };
}

/** All episodes of a series have its title. */
function episodesDiffer(item: MediaItem, { season, episode }: MatchTarget): boolean {
  return (item.season ?? null) !== (season ?? null) || (item.episode ?? null) !== (episode ?? null);
}

/** One equal id is enough: an edition has several. */
function idsConflict(item: MediaItem, target: MatchTarget): boolean {
  const own = target.asin?.toUpperCase();
  if (item.siblingAsins?.some((asin) => asin.toUpperCase() === own) === true) return false;
  const pairs = [
    [item.asin?.toUpperCase(), target.asin?.toUpperCase()],
    [isbnCore(item.isbn), isbnCore(target.isbn)],
  ].filter(([one, other]) => one !== undefined && other !== undefined);
  return pairs.length > 0 && pairs.every(([one, other]) => one !== other);
}

/** The nine digits that ISBN-10 and ISBN-13 share. */
function isbnCore(isbn: string | null | undefined): string | undefined {
  const digits = isbn?.replaceAll(/[^\dXx]/g, '') ?? '';
  return digits === '' ? undefined : digits.slice(digits.length === 13 ? 3 : 0, -1);
}

/** Where only one of them tells a number, it counts when it stands right behind the title; unmarked is the first. */
function volumesDiffer(own: OwnTitle, title: string): boolean {
  const other = foldTitle(title);
  if (own.ranges !== statedVolumes(other).ranges.length) return true;
  const others = volumesOfTitle(other);
  if (own.volumes.length > 0 && others.length > 0)
    return !own.volumes.some((volume) => others.includes(volume));
  const behind = numberBehind(own.main, other) ?? numberBehind(splitWords(mainTitle(title)), own.folded);
  return behind !== undefined && behind !== 1;
}

/** By its words, without a pattern: making one for each title of a library is slow. */
function numberBehind(phrase: readonly string[], folded: string): number | undefined {
  const end = endOfPhrase(phrase, folded);
  return end === undefined ? undefined : volumeBehindTitle(folded.slice(end));
}

/** Nothing or zero seconds: nobody has measured it. */
function runtimesDiffer({ runtimeSeconds }: MediaItem, { durationSeconds }: MatchTarget): boolean {
  if (runtimeSeconds === undefined || durationSeconds === null || durationSeconds <= 0) return false;
  return Math.abs(durationSeconds - runtimeSeconds) / runtimeSeconds > RUNTIME_TOLERANCE;
}

/** A telling word of one main title that the other has nowhere: "Empire" in "Foundation and Empire". */
function extraWord(own: OwnTitle, title: string): string | undefined {
  const words = splitWords(title);
  return (
    tellingWords(title).find((word) => !hasWord(own.known, word)) ??
    own.telling.find((word) => !hasWord(words, word))
  );
}

/** Volume numbers are left to their own guard. */
function tellingWords(title: string): string[] {
  const volumes = volumesOfTitle(foldTitle(title));
  return splitWords(mainTitle(title)).filter((word) => {
    const number = parseVolume(word);
    const isVolume = number !== undefined && volumes.includes(number);
    return !isStopWord(word) && !EDITION_WORDS.includes(word) && !isVolume;
  });
}

function hasWord(words: readonly string[], word: string): boolean {
  return words.includes(word) || words.some((candidate) => isMisspelt(candidate, word));
}

/** "Alien" and "Aliens" are two works, so a word is never taken for the beginning of another. */
function isMisspelt(one: string, other: string): boolean {
  if (one.startsWith(other) || other.startsWith(one)) return false;
  const framed = one.at(0) === other.at(0) && one.at(-1) === other.at(-1);
  return framed && titleSimilarity(one, other) >= SAME_WORD;
}
