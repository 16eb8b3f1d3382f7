import type { LogicalPath, Root } from '../logical-path.js';

/** What is done where another file has the name already. */
export const MOVE_CONFLICTS = ['suffix', 'replace', 'fail'] as const;
export type MoveConflict = (typeof MOVE_CONFLICTS)[number];

/** How a person wishes a file to get to its new place. */
export const MOVE_LINKS = ['auto', 'move', 'copy', 'hardlink'] as const;
export type MoveLink = (typeof MOVE_LINKS)[number];

/** Roots whose videos are moved; in the others files belong to somebody else, or to nobody for long. */
export const MOVED_ROOTS = [
  'inbox',
  'library',
  'public',
  'playback',
  'compilations',
] as const satisfies Root[];

export interface MoveWish {
  videoId: string;
  /** Below the root `library`. */
  targetDirectory: string;
  conflict: MoveConflict;
  link: MoveLink;
}

/** `link`: a hard link or a refusal; `share`: a hard link where one is possible, else a copy. All but `move` keep the source. */
export type MoveWay = 'move' | 'copy' | 'link' | 'share';

/** A file with several names is somebody else's too: a torrent still uploads it, so its source stays (media.md §3.10). */
export function moveWay(link: MoveLink, { names }: { names: number }): MoveWay {
  switch (link) {
    case 'auto':
      return names > 1 ? 'share' : 'move';
    case 'move':
      return 'move';
    case 'copy':
      return 'copy';
    case 'hardlink':
      return 'link';
  }
}

/** What is small, and edited in place by media servers, is never shared with a torrent. */
export function companionWay(video: MoveWay, { names, shared }: { names: number; shared: boolean }): MoveWay {
  return video === 'move' && names === 1 && !shared ? 'move' : 'copy';
}

/** What a file is known by wherever it is. */
export interface MoveIdentity {
  sizeBytes: number;
  /** SHA-256 of its size and its first and last 64 KiB. */
  headTailHash: string;
}

export interface PlannedFile extends MoveIdentity {
  from: LogicalPath;
  to: LogicalPath;
  /** Of the source, milliseconds since 1970; null where it is there no more. */
  modifiedMs: number | null;
  way: MoveWay;
  /** Another file has the name, and gives way. */
  replaces: boolean;
}

/** Where everything goes, decided before anything is done. */
export interface MovePlan {
  videoId: string;
  video: PlannedFile;
  companions: PlannedFile[];
  /** The folder below the root `library`, and the part of it that stood before. */
  folder: { path: string; kept: string };
  /** The video's content stands at the target already: of it only the row, and a source that is left, remain to be done. */
  isThere: boolean;
}

export interface MoveResult {
  from: LogicalPath;
  path: LogicalPath;
  /** `found`: it stood there already. */
  how: 'renamed' | 'hardlink' | 'reflink' | 'copy' | 'found';
  bytes: number;
  /** Names of what went along. */
  companions: string[];
}
