import { SAME_NAME } from './author-match.js';
import { titleSimilarity } from './likeness.js';
import { isStopWord, normalizeTitle, splitWords } from './normalize-title.js';
import type { ParsedVideo } from './parse-video-title.js';
import { phrasePattern } from './phrase.js';
import type { MediaItem, Release } from './release.js';
import type { TitleMatch } from './title-match.js';

/** What a film's or an episode's name is made of behind the title; anything else makes another title of it. */
const TAGS =
  /^(?:(?:19|20)\d\d|s\d{1,4}(?:e\d+)*(?:-.*)?|\d{1,2}x\d{2,3}.*|\d{3,4}[pi]|\d{3,4}x\d{3,4}|e\d+|[hx]26[45]|dvd\w*|bd\w*|\d+bit|v\d)$/;
const TAG_WORDS = new Set(
  (
    'season seasons series complete staffel saison temporada episode part pack uhd fhd 4k hdr hdr10 dv sdr imax remux ' +
    'bluray blu brrip web webrip hdtv pdtv sdtv dsr tvrip dvbrip cam hdcam camrip ts hdts tc hdtc telesync telecine ' +
    'screener scr r5 hevc avc av1 vp9 xvid divx mpeg2 h x aac ac3 eac3 dts ddp dd flac truehd atmos proper repack rerip ' +
    'real internal limited extended unrated uncut uncensored theatrical directors final special collectors anniversary ' +
    'edition cut remastered restored criterion collection hybrid multi dual dubbed dub subbed subs sub vostfr amzn nf ' +
    'dsnp hmax atvp itunes english german french spanish italian japanese korean russian portuguese dutch polish swedish ' +
    'danish norwegian finnish hindi nordic mkv mp4 avi'
  ).split(' '),
);

/** The name by which a release calls it: an episode's is its show's. */
export function videoName({ mediaType, title, series }: MediaItem): string {
  return mediaType === 'episode' ? (series ?? title) : title;
}

/**
 * Compares film and show titles. Unlike a book's, the name begins with the title, the whole of it ("Mission:
 * Impossible" is not "Mission"), and a tag follows. `ids` answer for a title that is written otherwise.
 */
export function videoMatcher(item: MediaItem): (release: Release, video: ParsedVideo) => TitleMatch {
  const name = videoName(item);
  const phrase = phrasePattern(withoutArticle(normalizeTitle(name)), 'u');
  const words = splitWords(name);
  const years =
    item.year === undefined ? [] : [String(item.year - 1), String(item.year), String(item.year + 1)];
  return (release, { text }) => {
    if (hasSameId(item, release)) return { wordShare: 1, complete: true, likeness: 1 };
    const present = new Set(text.split(/[ -]/));
    const wordShare = words.filter((word) => present.has(word)).length / Math.max(1, words.length);
    const found = phrase?.exec(text);
    const before = found ? text.slice(0, found.index) : '';
    const isAhead = withoutArticle(`${before.trim()} `).trim() === '';
    if (!found || !isAhead) return withoutPhrase({ name, text, wordShare });
    const goesOn = nextTelling(text.slice(found.index + found[0].length), years);
    return goesOn === undefined
      ? { wordShare: 1, complete: true, likeness: 1 }
      : { wordShare, complete: false, likeness: 0, goesOn: `${name.toLowerCase()} ${goesOn}` };
  };
}

/** A misspelt title is taken for it; another one with the same words is not. */
function withoutPhrase({
  name,
  text,
  wordShare,
}: {
  name: string;
  text: string;
  wordShare: number;
}): TitleMatch {
  const words = text.split(' ');
  const end = words.findIndex((word, at) => at > 0 && isTag(word));
  const told = words.slice(0, end === -1 ? words.length : end).join(' ');
  const likeness = titleSimilarity(name, told);
  if (likeness >= SAME_NAME) return { wordShare: Math.max(wordShare, likeness), complete: false, likeness };
  return { wordShare, complete: false, likeness, goesOn: told };
}

function nextTelling(rest: string, years: readonly string[]): string | undefined {
  const words = rest.trim() === '' ? [] : rest.trim().split(' ');
  const next = words[0] ?? '';
  if (next === '' || isTag(next) || years.includes(next)) return undefined;
  const telling = words.findIndex((word) => !isStopWord(word));
  return words.slice(0, telling + 1).join(' ');
}

function isTag(word: string): boolean {
  return TAGS.test(word) || TAG_WORDS.has(word);
}

function withoutArticle(text: string): string {
  return text.replace(/^(?:the|a|an|der|die|das|le|la|les|el|los) (?=.|$)/, '');
}

type Id = string | number;

/** Ids of a film, or of a show: the wanted one and the one that the indexer tells, where both are known. */
export function idPairs(
  { mediaType, imdbId, tmdbId, tvdbId }: MediaItem,
  release: Release,
): { wanted: Id; told: Id }[] {
  const pairs: [Id | undefined, Id | undefined][] =
    mediaType === 'movie'
      ? [
          [imdbId, release.imdbId],
          [tmdbId, release.tmdbId],
        ]
      : [[tvdbId, release.tvdbId]];
  return pairs.flatMap(([wanted, told]) =>
    wanted === undefined || told === undefined ? [] : [{ wanted, told }],
  );
}

export function hasSameId(item: MediaItem, release: Release): boolean {
  return idPairs(item, release).some(({ wanted, told }) => wanted === told);
}
