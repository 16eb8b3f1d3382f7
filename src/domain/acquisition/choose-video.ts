import { inReadingOrder } from './classify.js';
import { fileStem } from './file-stem.js';
import { foldTitle } from './normalize-title.js';
import { parseVideoTitle } from './parse-video-title.js';

export interface VideoFile {
  path: string;
  sizeBytes: number;
}

export interface ChosenVideo<File extends VideoFile = VideoFile> {
  /** In their order; several are parts of one film. */
  files: File[];
  /** Which the file holds; empty for a film, and where the name tells none. */
  episodes: number[];
  /** Why a person should look: which file is meant cannot be told. */
  doubt?: string;
}

/** Beside a film of this share of its size, another one is as likely what is wanted. */
const AS_LARGE = 0.5;
const PART = /[ ._([-]*\b(?:cd|dis[ck]|part|pt)[ ._-]?(\d{1,2})\b[)\]]?/i;

/** The film among what is neither sample nor extra: its parts, else the one that is far larger than the rest. */
export function chooseMovie<File extends VideoFile>(files: readonly File[]): ChosenVideo<File> | undefined {
  const [largest, next] = files.toSorted((one, other) => other.sizeBytes - one.sizeBytes);
  if (largest === undefined) return undefined;
  const parts = partsOf(files);
  if (parts !== undefined) return { files: parts, episodes: [] };
  const chosen = { files: [largest], episodes: [] };
  if (next === undefined || next.sizeBytes < largest.sizeBytes * AS_LARGE) return chosen;
  return { ...chosen, doubt: `${files.length} films are in the download` };
}

/** All of them, when they differ in the number of their part alone. */
function partsOf<File extends VideoFile>(files: readonly File[]): File[] | undefined {
  const told = files.map(({ path }) => PART.exec(fileStem(path))?.[1]);
  const stems = new Set(files.map(({ path }) => fileStem(path).replace(PART, '')));
  const numbers = told.map(Number).toSorted((one, other) => one - other);
  if (files.length < 2 || stems.size > 1 || !numbers.every((number, at) => number === at + 1))
    return undefined;
  const order = inReadingOrder(files.map(({ path }) => path));
  return files.toSorted((one, other) => order.indexOf(one.path) - order.indexOf(other.path));
}

/** The file that is called by the episode's numbers; a lone file needs no name, since its release was chosen by one. */
export function chooseEpisode<File extends VideoFile>(
  files: readonly File[],
  { season, episode }: { season?: number | undefined; episode?: number | undefined },
): ChosenVideo<File> | undefined {
  const named = files.flatMap((file) => {
    const numbers = episodesOf(file.path);
    const isMeant = numbers?.season === season && numbers?.episodes.includes(episode ?? -1) === true;
    return isMeant ? [{ file, episodes: numbers.episodes }] : [];
  });
  const [best] = named.toSorted((one, other) => other.file.sizeBytes - one.file.sizeBytes);
  if (best !== undefined) return { files: [best.file], episodes: best.episodes };
  const [largest] = files.toSorted((one, other) => other.sizeBytes - one.sizeBytes);
  if (largest === undefined) return undefined;
  const chosen = { files: [largest], episodes: [] };
  if (files.length === 1 && episodesOf(largest.path) === undefined) return chosen;
  return { ...chosen, doubt: `none of ${files.length} files is called by the episode’s numbers` };
}

function episodesOf(path: string): { season: number; episodes: number[] } | undefined {
  const { numbering } = parseVideoTitle(foldTitle(fileStem(path)), (text) => text);
  return numbering?.kind === 'episodes' ? numbering : undefined;
}
