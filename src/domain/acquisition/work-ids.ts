import type { MediaType } from './release.js';

/** The ids by which a library may know an item. */
export interface WorkIds {
  /** Its own first, then those of other editions. */
  asins: readonly string[];
  isbn?: string | undefined;
  imdbId?: string | undefined;
  tmdbId?: number | undefined;
}

/** What an item needs for it; absent and undefined are one. */
interface Identified extends Partial<Omit<WorkIds, 'asins'>> {
  mediaType: MediaType;
  asin?: string | undefined;
  siblingAsins?: readonly string[] | undefined;
}

export function workIdsOf({ mediaType, asin, siblingAsins = [], isbn, imdbId, tmdbId }: Identified): WorkIds {
  // A series' ids say nothing of the episode.
  const ofWork = mediaType === 'episode' ? {} : { imdbId, tmdbId };
  return { asins: [...(asin === undefined ? [] : [asin]), ...siblingAsins], isbn, ...ofWork };
}
