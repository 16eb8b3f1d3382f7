import { languagesIn, type Language } from './language.js';
import { foldTitle, splitWords } from './normalize-title.js';
import { parseFormat, type ReleaseFormat } from './release-format.js';
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
}

const PACK_WORDS =
  /\b(?:box ?set|boxed set|omnibus|collection|trilogy|tetralogy|complete (?:series|works|set)|\d{1,3} books|discography)\b/;
const NARRATOR =
  /\b(?:read by|narrated by|narrator:?|gelesen von|lu par)\s+([\p{L}.' -]+?)(?=\s+-\s|[^\p{L}.' -]|$)/u;

/**
 * Reads the tags of a release's name.
 * @param known - phrases of the item (title, author, series): blanked first, so that "The German Girl" names no
 *   language and "The Complete Collection" no pack.
 */
export function parseReleaseTitle(title: string, known: readonly string[] = []): ParsedReleaseTitle {
  const text = known.reduce(blankPhrase, foldTitle(title));
  const words = splitWords(text);
  const brackets = [...text.matchAll(/[([{]([^)\]}]*)[)\]}]/g)].map(([, inner]) => splitWords(inner ?? ''));
  const { single, ranges } = statedVolumes(text);
  return {
    formats: findFormats(words, brackets.flat()),
    ...findNumbers(text),
    ...findEdition(text),
    languages: languagesIn({ words, brackets, isTag }),
    volumes: [...new Set(single)],
    pack: ranges.length > 0 || (PACK_WORDS.test(text) && single.length === 0),
    ...findAsin(title),
  };
}

/** Matches the phrase's words with anything but letters and digits between them. */
export function phrasePattern(phrase: string, flags = 'gu'): RegExp | undefined {
  const words = splitWords(phrase);
  if (words.length === 0) return undefined;
  return new RegExp(
    String.raw`(?<![\p{L}\p{N}])${words.join(String.raw`[^\p{L}\p{N}]+`)}(?![\p{L}\p{N}])`,
    flags,
  );
}

function blankPhrase(text: string, phrase: string): string {
  const pattern = phrasePattern(phrase);
  return pattern === undefined ? text : text.replace(pattern, ' ');
}

/** What stands beside a language's code in brackets: a format, a year, a bit rate, an edition. */
function isTag(word: string): boolean {
  return parseFormat(word) !== undefined || /\d/.test(word) || /^(?:un)?abridged$/.test(word);
}

/** "AA" alone is a size of battery and half of a word game: it counts inside brackets only. */
function findFormats(words: string[], bracketed: string[]): ReleaseFormat[] {
  const found = words.map(parseFormat).filter((format) => format !== undefined);
  return [...new Set(found)].filter((format) => format !== 'aa' || bracketed.includes('aa'));
}

function findNumbers(text: string): { bitrateKbps?: number; year?: number } {
  const bitrate = Number(
    /(?<![\p{L}\p{N}])(\d{2,4})\s?k(?:bps|bit\/?s?|b\/s|b)?(?![\p{L}\p{N}])/u.exec(text)?.[1] ?? 0,
  );
  const year = /(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)/.exec(text)?.[1];
  return {
    ...(bitrate >= 16 && bitrate <= 2_000 ? { bitrateKbps: bitrate } : {}),
    ...(year === undefined ? {} : { year: Number(year) }),
  };
}

function findEdition(
  text: string,
): Pick<ParsedReleaseTitle, 'abridged' | 'dramatised' | 'narrator' | 'revision' | 'withoutChapters'> {
  const narrator = NARRATOR.exec(text)?.[1];
  return {
    ...readAbridged(text),
    dramatised:
      /\b(?:dramati[sz]ed|dramati[sz]ation|full[- ]cast|radio (?:play|drama)|graphic ?audio|horspiel)\b/.test(
        text,
      ),
    ...(narrator === undefined ? {} : { narrator: splitWords(narrator).join(' ') }),
    revision: /\b(?:proper|repack|rerip)\b/.test(text) ? 1 : 0,
    withoutChapters: /\b(?:no|without) chapters?\b/.test(text),
  };
}

function readAbridged(text: string): { abridged?: boolean } {
  if (/\b(?:unabridged|un-abridged|ungekurzte?|non abridged|version integrale)\b/.test(text))
    return { abridged: false };
  if (/\b(?:abridged|gekurzte?|abridgement)\b/.test(text)) return { abridged: true };
  return {};
}

function findAsin(title: string): { asin?: string } {
  const asin = /(?<![A-Z0-9])(B0[A-Z0-9]{8})(?![A-Z0-9])/i.exec(title)?.[1];
  return asin === undefined ? {} : { asin: asin.toUpperCase() };
}
