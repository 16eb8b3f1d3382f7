import { languagesIn, type Language } from './language.js';
import { editionsIn, type EditionName } from './edition-names.js';
import { splitFolded } from './normalize-title.js';
import { parseVideoTitle, type ParsedVideo } from './parse-video-title.js';
import { phraseSearch } from './phrase.js';
import { readTitle, type ReadTitle } from './read-title.js';
import { parseFormat, type ReleaseFormat } from './release-format.js';
import { tellingGroups } from './telling-words.js';
import { statedVolumes } from './volume.js';

/** What a release's name tells beside title and author. */
export interface ParsedReleaseTitle {
  formats: ReleaseFormat[];
  bitrateKbps?: number;
  /** Undefined where the name does not say. */
  abridged?: boolean;
  dramatised: boolean;
  languages: Language[];
  /** Normalized: lower case, without marks. */
  narrator?: string;
  /** Volumes named one by one, in the order of the name. */
  volumes: number[];
  pack: boolean;
  year?: number;
  /** Amazon's id of the edition, upper case. */
  asin?: string;
  /** 1 for a proper or repack, which repairs an earlier release. */
  revision: number;
  withoutChapters: boolean;
  /** Named editions: extended, anniversary … */
  editions: readonly EditionName[];
  /** Films and episodes alone. */
  video?: ParsedVideo;
}

const NO_EDITIONS: readonly EditionName[] = [];
const PACK_WORDS =
  /\b(?:box ?set|boxed set|omnibus|(?<!criterion[ .])collection|trilogy|tetralogy|complete (?:series|works|set)|\d{1,3} books|discography)\b/;
const DRAMATISED =
  /\b(?:dramati[sz]ed|dramati[sz]ation|full[- ]cast|radio (?:play|drama)|graphic ?audio|horspiel)\b/;
const BITRATE = /(?<![\p{L}\p{N}])(\d{2,4})\s?k(?:bps|bit\/?s?|b\/s|b)?(?![\p{L}\p{N}])/u;
const NARRATOR =
  /\b(?:read by|narrated by|narrator:?|gelesen von|lu par)\s+([\p{L}.' -]+?)(?=\s+-\s|[^\p{L}.' -]|$)/u;

/** Reads the tags of one release's name. */
export function parseReleaseTitle(title: string, known: readonly string[] = []): ParsedReleaseTitle {
  return releaseTitleParser({ known, isVideo: false })(readTitle(title));
}

/**
 * Reads the tags of many names.
 * @param known - phrases of the item (title, author, series): blanked first, so that "The German Girl" names no
 *   language and "The Complete Collection" no pack.
 */
export function releaseTitleParser({
  known,
  isVideo,
}: {
  known: readonly string[];
  isVideo: boolean;
}): (title: ReadTitle) => ParsedReleaseTitle {
  const blank = blanker(known);
  return ({ raw, folded }) => {
    const text = blank(folded);
    const words = splitFolded(text);
    const brackets = splitBrackets(text);
    const { single, ranges } = statedVolumes(text);
    const video = isVideo ? parseVideoTitle(folded, blank) : undefined;
    const told = tellingGroups(words);
    // Filled in field by field: spreading small objects took half of the time of a parse.
    const parsed: ParsedReleaseTitle = {
      formats: findFormats(words, brackets),
      dramatised: told.has('dramatised') && DRAMATISED.test(text),
      languages: languagesIn({ words, brackets, isTag }),
      volumes: single.length > 1 ? [...new Set(single)] : [...single],
      pack: ranges.length > 0 || (told.has('pack') && single.length === 0 && PACK_WORDS.test(text)),
      revision: video?.revision ?? Number(told.has('revision')),
      withoutChapters: told.has('chapters') && /\b(?:no|without) chapters?\b/.test(text),
      editions: told.has('edition') ? editionsIn(text) : NO_EDITIONS,
    };
    if (video !== undefined) parsed.video = video;
    addNumbers(parsed, text);
    if (told.has('abridged')) addAbridged(parsed, text);
    if (told.has('narrator')) addNarrator(parsed, text);
    if (folded.includes('b0')) addAsin(parsed, raw);
    return parsed;
  };
}

/** The words of each bracket. */
function splitBrackets(text: string): string[][] {
  const found = text.match(/[([{][^)\]}]*(?=[)\]}])/g);
  return found === null ? [] : found.map(splitFolded);
}

/** One pass for all phrases, the longest first where one begins like another. */
function blanker(known: readonly string[]): (text: string) => string {
  const longestFirst = known.toSorted((a, b) => b.length - a.length || (a < b ? -1 : 1));
  const search = phraseSearch(longestFirst);
  return (text) => {
    const pattern = search(text);
    return pattern === undefined ? text : text.replace(pattern, ' ');
  };
}

/** What stands beside a language's code in brackets: a format, a year, a bit rate, an edition. */
function isTag(word: string): boolean {
  return parseFormat(word) !== undefined || /\d/.test(word) || /^(?:un)?abridged$/.test(word);
}

/** "AA" alone is a size of battery and half of a word game: it counts inside brackets only. */
function findFormats(words: readonly string[], brackets: readonly (readonly string[])[]): ReleaseFormat[] {
  const found: ReleaseFormat[] = [];
  for (const word of words) {
    const format = parseFormat(word);
    if (format === undefined || found.includes(format)) continue;
    if (format !== 'aa' || brackets.some((inner) => inner.includes('aa'))) found.push(format);
  }
  return found;
}

function addNumbers(parsed: ParsedReleaseTitle, text: string): void {
  const bitrate = /\d\s?k/.test(text) ? Number(BITRATE.exec(text)?.[1] ?? 0) : 0;
  if (bitrate >= 16 && bitrate <= 2_000) parsed.bitrateKbps = bitrate;
  const year = /(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)/.exec(text)?.[1];
  if (year !== undefined) parsed.year = Number(year);
}

function addAbridged(parsed: ParsedReleaseTitle, text: string): void {
  if (/\b(?:unabridged|un-abridged|ungekurzte?|non abridged|version integrale)\b/.test(text)) {
    parsed.abridged = false;
  } else if (/\b(?:abridged|gekurzte?|abridgement)\b/.test(text)) {
    parsed.abridged = true;
  }
}

function addNarrator(parsed: ParsedReleaseTitle, text: string): void {
  const narrator = NARRATOR.exec(text)?.[1];
  if (narrator !== undefined) parsed.narrator = splitFolded(narrator).join(' ');
}

function addAsin(parsed: ParsedReleaseTitle, title: string): void {
  const asin = /(?<![A-Z0-9])(B0[A-Z0-9]{8})(?![A-Z0-9])/i.exec(title)?.[1];
  if (asin !== undefined) parsed.asin = asin.toUpperCase();
}
