import type { VideoCodec, VideoQuality, VideoResolution, VideoSource } from './video-quality.js';

/** Which episodes a name tells. */
export type Numbering =
  | { kind: 'episodes'; season: number; episodes: number[] }
  /** Whole seasons, both ends included. */
  | { kind: 'seasons'; from: number; to: number }
  /** The whole show, without numbers. */
  | { kind: 'series' }
  /** ISO 8601 date, of shows that are named by their day. */
  | { kind: 'daily'; date: string };

export interface ParsedVideo extends VideoQuality {
  codec?: VideoCodec;
  /** 0 for a first one; each proper, repack or version adds one. */
  revision: number;
  numbering?: Numbering;
  /** The name in lower case with spaces for dots: what the title is looked for in. */
  text: string;
}

/**
 * First match wins: "BluRay REMUX" is a remux. What a cinema's copy calls itself in two letters is also the name of
 * a container (.ts), so it counts where nothing else is told.
 */
const SOURCES: readonly (readonly [VideoSource, RegExp])[] = [
  ['cam', /\b(?:(?:hd|hq)cam(?:rip)?|camrip)\b/],
  ['telesync', /\b(?:(?:hd)ts(?:rip)?|telesync|tsrip|hdtc|telecine)\b/],
  ['screener', /\b(?:(?:dvd|bd|web)scr|screener)\b/],
  ['remux', /\b(?:bd)?remux\b/],
  ['bluray', /\b(?:blu ?ray|bd ?rip|br ?rip|bd ?mux|bd(?:25|50|66|100)|uhd ?bd)\b/],
  ['webrip', /\bweb ?rip\b/],
  [
    'web-dl',
    /\bweb ?dl\b|\b(?:amzn|nf|dsnp|hmax|atvp|itunes) web\b|\bweb(?= (?:\d|[hx] ?26|hevc|av1|aac|ddp))/,
  ],
  ['hdtv', /\b(?:hd ?tv(?:rip)?|pd ?tv|sd ?tv|dsr|tv ?rip|dvb(?:rip)?)\b/],
  ['dvd', /\b(?:dvd[59]?(?: ?rip)?|dvdr)\b/],
  ['cam', /\bcam\b/],
  ['telesync', /\b(?:ts|tc)\b/],
  ['screener', /\b(?:scr|r5)\b/],
];
const RESOLUTIONS: readonly (readonly [VideoResolution, RegExp])[] = [
  ['2160p', /\b(?:2160[pi]|4k|uhd|3840x2160)\b/],
  ['1080p', /\b(?:1080[pi]|fhd|1920x1080)\b/],
  ['720p', /\b(?:720[pi]|1280x720)\b/],
  ['576p', /\b576[pi]\b/],
  ['480p', /\b(?:480[pi]|640x480)\b/],
];
const CODECS: readonly (readonly [VideoCodec, RegExp])[] = [
  ['h265', /\b(?:[hx] ?265|hevc)\b/],
  ['h264', /\b(?:[hx] ?264|avc)\b/],
  ['av1', /\bav1\b/],
  ['vp9', /\bvp9\b/],
  ['xvid', /\b(?:xvid|divx)\b/],
  ['mpeg2', /\bmpeg ?2\b/],
];

/** Reads quality and numbers of a film's or an episode's release name; `blank` takes out the item's own title first. */
export function parseVideoTitle(folded: string, blank: (text: string) => string): ParsedVideo {
  const text = spaceOut(folded);
  const tags = blank(text);
  const found = {
    source: first(SOURCES, tags),
    resolution: first(RESOLUTIONS, tags),
    codec: first(CODECS, tags),
    numbering: readNumbering(tags),
  };
  const told = Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
  return { ...(told as Partial<ParsedVideo>), revision: readRevision(tags), text };
}

/** "The.Show.S01E02.1080p-GRP" → "the show s01e02 1080p grp"; a hyphen stays where it joins numbers: "S01-S05". */
function spaceOut(folded: string): string {
  return folded
    .replace(/^\s*\[[^\]]*\]|^\s*www\.\S+\s+-\s/, ' ')
    .replace(/[^\p{L}\p{N}-]+/gu, ' ')
    .replace(/(?<!\d)-+|-+(?![\dse])/g, ' ')
    .replace(/ +/g, ' ')
    .trim();
}

function first<Value>(table: readonly (readonly [Value, RegExp])[], text: string): Value | undefined {
  return table.find(([, pattern]) => pattern.test(text))?.[0];
}

/** "PROPER REPACK" repairs a repair; "v2" is what anime calls a proper. */
function readRevision(text: string): number {
  const repairs = text.match(/\b(?:proper|repack\d?|rerip)\b/g)?.length ?? 0;
  const version = /(?<=\d)v([2-9])\b/.exec(text)?.[1];
  return repairs + (version === undefined ? 0 : Number(version) - 1);
}

function readNumbering(text: string): Numbering | undefined {
  return readEpisodes(text) ?? readDate(text) ?? readSeasons(text) ?? readSeries(text);
}

/** S01E02, S01E02E03, S01E02-E05, S01E02-05, 1x02, 1x02-1x04. */
function readEpisodes(text: string): Numbering | undefined {
  const scene = /\bs(\d{1,4}) ?((?:[- ]?e\d{1,4})+)(?:-(\d{1,4})\b)?/.exec(text);
  if (scene !== null) {
    const told = [...(scene[2] ?? '').matchAll(/\d+/g)].map(([digits]) => Number(digits));
    const isRange = /e\d+-e\d+$/.test(scene[2] ?? '') || scene[3] !== undefined;
    const last = scene[3] === undefined ? told.at(-1) : Number(scene[3]);
    return toEpisodes(Number(scene[1]), isRange ? [told[0] ?? 0, last ?? 0] : told, isRange);
  }
  const crossed = /(?<![\dx])(\d{1,2})x(\d{2,3})(?:-(?:\1x)?(\d{2,3}))?(?![\dx])/.exec(text);
  if (crossed === null) return undefined;
  const [from, to] = [Number(crossed[2]), Number(crossed[3] ?? crossed[2])];
  return toEpisodes(Number(crossed[1]), [from, to], true);
}

function toEpisodes(season: number, told: number[], isRange: boolean): Numbering {
  const [from = 0, to = 0] = told;
  if (!isRange || to < from || to - from > 200) {
    return { kind: 'episodes', season, episodes: [...new Set(told)] };
  }
  return { kind: 'episodes', season, episodes: Array.from({ length: to - from + 1 }, (_, at) => from + at) };
}

/** "2024 03 05", "2024.03.05", "2024-03-05". */
function readDate(text: string): Numbering | undefined {
  const [, year, month, day] = /\b((?:19|20)\d\d)[ .-](\d\d)[ .-](\d\d)\b/.exec(text) ?? [];
  if (year === undefined || month === undefined || day === undefined) return undefined;
  const date = `${year}-${month}-${day}`;
  return Number.isNaN(Date.parse(date)) ? undefined : { kind: 'daily', date };
}

/** "S02", "S01-S05", "Season 2", "Seasons 1-5". */
function readSeasons(text: string): Numbering | undefined {
  const found =
    /\bs(\d{1,2})(?: ?- ?s?(\d{1,2}))?\b/.exec(text) ??
    /\b(?:seasons?|series|staffel|saison|temporada) (\d{1,2})(?: ?(?:-|to|bis) ?(\d{1,2}))?\b/.exec(text);
  if (found === null) return undefined;
  const from = Number(found[1]);
  return { kind: 'seasons', from, to: Math.max(from, Number(found[2] ?? found[1])) };
}

function readSeries(text: string): Numbering | undefined {
  return /\bcomplete (?:tv )?series\b/.test(text) ? { kind: 'series' } : undefined;
}
