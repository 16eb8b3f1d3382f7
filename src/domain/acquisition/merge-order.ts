import { inReadingOrder } from './classify.js';

interface Tagged {
  /** Relative to the book's folder. */
  path: string;
  /** Names in lower case. */
  tags: Record<string, string>;
}

/**
 * The order in which a book's files are read: by disc and track where the tags of all files tell them apart, else by
 * their paths. By base names alone CD1/01 and CD2/01 would interleave (acquisition.md §5.5).
 */
export function inMergeOrder<File extends Tagged>(files: readonly File[]): File[] {
  const numbered = files.map((file) => ({ file, place: placeOf(file) }));
  const places = new Set(numbered.map(({ place }) => place?.join('/')));
  const discs = new Set(numbered.map(({ place }) => place?.[0] === undefined));
  if (numbered.some(({ place }) => place === undefined) || places.size < files.length || discs.size > 1) {
    const paths = inReadingOrder(files.map(({ path }) => path));
    return [...files].sort((one, other) => paths.indexOf(one.path) - paths.indexOf(other.path));
  }
  return numbered.sort((one, other) => compare(one.place, other.place)).map(({ file }) => file);
}

type Place = [disc: number | undefined, track: number];

/** `3/12` is track 3; a file without one has no place. */
function placeOf({ tags }: Tagged): Place | undefined {
  const track = numberOf(tags['track'] ?? tags['tracknumber']);
  return track === undefined ? undefined : [numberOf(tags['disc'] ?? tags['discnumber']), track];
}

function numberOf(text: string | undefined): number | undefined {
  const [, digits] = /^\s*(\d{1,5})\s*(?:\/|$)/.exec(text ?? '') ?? [];
  return digits === undefined || Number(digits) === 0 ? undefined : Number(digits);
}

function compare(one: Place | undefined, other: Place | undefined): number {
  return (one?.[0] ?? 0) - (other?.[0] ?? 0) || (one?.[1] ?? 0) - (other?.[1] ?? 0);
}
