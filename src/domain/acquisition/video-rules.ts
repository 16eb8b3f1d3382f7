import type { Numbering } from './parse-video-title.js';
import { refuse, type Rejection } from './rejection.js';
import type { MediaItem } from './release.js';
import type { RuleFacts } from './rule-facts.js';
import { hasSameId, idPairs } from './video-match.js';

/** What makes another film or another episode of a release whose title fits. */
export const videoRules = [idRule, yearRule, movieRule, episodeRule] as const;

function idRule({ item, release }: RuleFacts): Rejection | undefined {
  const pairs = isVideo(item) ? idPairs(item, release) : [];
  const [first] = pairs;
  if (first === undefined || hasSameId(item, release)) return undefined;
  return refuse('TITLE_MISMATCH', `expected the id ${first.wanted}, the indexer says ${first.told}`);
}

/** Films of one name are told apart by their year; festivals and cinemas differ by one, for the same title alone. */
function yearRule({ item, release, parsed, title }: RuleFacts): Rejection | undefined {
  if (!isVideo(item) || item.year === undefined || parsed.year === undefined) return undefined;
  // The year of a show's episode is often its own.
  if (item.mediaType === 'episode' && parsed.year > item.year) return undefined;
  const apart = Math.abs(parsed.year - item.year);
  if (apart === 0 || (apart === 1 && title.complete) || hasSameId(item, release)) return undefined;
  return refuse('TITLE_MISMATCH', `expected the one of ${item.year}, the release says ${parsed.year}`);
}

function movieRule({ item, parsed }: RuleFacts): Rejection | undefined {
  const numbering = parsed.video?.numbering;
  if (item.mediaType !== 'movie' || numbering === undefined || numbering.kind === 'daily') return undefined;
  return refuse('WRONG_TYPE', `expected a movie, the name tells ${inWords(numbering)}`);
}

function episodeRule({ item, parsed, preferences }: RuleFacts): Rejection | undefined {
  if (item.mediaType !== 'episode') return undefined;
  const told = parsed.video?.numbering;
  if (!holds(item, told)) {
    const other = told === undefined ? 'tells none' : `is ${inWords(told)}`;
    return refuse('VOLUME_CONFLICT', `expected ${wantedInWords(item)}, the release ${other}`);
  }
  const isPack = told?.kind === 'seasons' || told?.kind === 'series';
  const wantsPack = preferences.packs === true || isOneSeason(item, told);
  if (!isPack || wantsPack) return undefined;
  return refuse('PACK', `expected ${wantedInWords(item)} alone, the release is ${inWords(told)}`);
}

/** Whether what is wanted is inside. */
function holds(item: MediaItem, told: Numbering | undefined): boolean {
  switch (told?.kind) {
    case undefined:
      return false;
    case 'series':
      return true;
    case 'daily':
      return item.releaseDate?.slice(0, 10) === told.date;
    case 'seasons':
      if (item.season === undefined) return item.releaseDate === undefined;
      return item.season >= told.from && item.season <= told.to;
    case 'episodes':
      return (
        item.season === told.season && item.episode !== undefined && told.episodes.includes(item.episode)
      );
  }
}

/** A whole season is wanted, and this is it. */
function isOneSeason({ season, episode }: MediaItem, told: Numbering | undefined): boolean {
  return episode === undefined && told?.kind === 'seasons' && told.from === season && told.to === season;
}

function wantedInWords({ season, episode, releaseDate }: MediaItem): string {
  if (season === undefined)
    return releaseDate === undefined ? 'the whole show' : `the one of ${releaseDate.slice(0, 10)}`;
  return episode === undefined ? `season ${season}` : `episode ${season}×${episode}`;
}

function inWords(numbering: Numbering): string {
  switch (numbering.kind) {
    case 'series':
      return 'a whole show';
    case 'daily':
      return `the one of ${numbering.date}`;
    case 'seasons':
      return numbering.from === numbering.to
        ? `season ${numbering.from} whole`
        : `seasons ${numbering.from} to ${numbering.to}`;
    case 'episodes':
      return `episode ${numbering.season}×${numbering.episodes.join(', ')}`;
  }
}

export function isVideo({ mediaType }: MediaItem): boolean {
  return mediaType === 'movie' || mediaType === 'episode';
}
