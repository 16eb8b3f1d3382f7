import { refuse, type Rejection } from './rejection.js';
import { kindOfFormat, type ContentKind, type ReleaseFormat } from './release-format.js';
import type { MediaType } from './release.js';
import type { RuleFacts } from './rule-facts.js';

interface WantedContent {
  kind: ContentKind;
  /** Standard categories that may hold it: its own, and the root that says no more. */
  accepts: (category: number) => boolean;
}

/** Standard Newznab categories (acquisition.md §2.1); from 100000 on, numbers are an indexer's own. */
const WANTED: Readonly<Record<MediaType, WantedContent>> = {
  audiobook: { kind: 'audio', accepts: (category) => category === 3030 || category === 3000 },
  ebook: { kind: 'text', accepts: (category) => category === 7020 || category === 7000 || category === 7050 },
  movie: { kind: 'video', accepts: (category) => category >= 2000 && category < 3000 },
  episode: { kind: 'video', accepts: (category) => category >= 5000 && category < 6000 },
};

/** The category or the name is not the wanted media type; what neither tells passes. */
export function typeRule({ item, release, parsed }: RuleFacts): Rejection | undefined {
  const wanted = WANTED[item.mediaType];
  if (!release.categories.some(wanted.accepts)) {
    const standard = release.categories.filter((category) => category >= 1000 && category < 100_000);
    if (standard.length > 0)
      return wrong(`expected an ${item.mediaType}, the category is ${standard.join(', ')}`);
  }
  const isWanted = (format: ReleaseFormat): boolean => kindOfFormat(format) === wanted.kind;
  // "AAC" and "FLAC" are also what films sound like.
  if (parsed.formats.length === 0 || parsed.formats.some(isWanted) || tellsPicture(parsed)) return undefined;
  return wrong(`expected ${wanted.kind}, the name says ${parsed.formats.join(', ')}`);
}

function wrong(detail: string): Rejection {
  return refuse('WRONG_TYPE', detail.replace('an movie', 'a movie'));
}

/** Read of films and episodes alone. */
function tellsPicture({ video }: RuleFacts['parsed']): boolean {
  return video?.source !== undefined || video?.resolution !== undefined || video?.codec !== undefined;
}
