import { stat } from 'node:fs/promises';

import type { TagWish } from '../../domain/acquisition/tag-wish.js';
import { Fault } from '../../domain/faults.js';
import { logicalPath } from '../../domain/logical-path.js';
import type { LibraryRow } from '../../store/acquisition/libraries.js';
import { lastPlaceMode } from '../../store/acquisition/space.js';
import type { Queryable } from '../../store/database.js';
import type { Roots } from '../deps.js';

/** How the next import into a library is likely to place its media. */
export type Placement = 'link' | 'copy' | 'other_disk';

/**
 * By device, and on the same one by what the last import did: equal devices do not prove that links work
 * (acquisition.md §5.2). A library that is not there counts as another disk.
 */
export async function expectedPlacement(
  db: Queryable,
  { roots, library, writeTags }: { roots: Roots; library: Pick<LibraryRow, 'root'>; writeTags: TagWish },
): Promise<Placement> {
  const [there, here] = await Promise.all(
    [library.root, logicalPath('downloads', '')].map((place) => deviceOf(roots, place)),
  );
  if (there === undefined || there !== here) return 'other_disk';
  const last = await lastPlaceMode(db, library.root);
  switch (writeTags) {
    case 'always':
      return 'copy';
    case 'copies':
      // A file with tags of its own shares nothing with its download any more.
      return last === 'copy' || last === 'reflink' ? 'copy' : 'link';
    case 'never':
      return last === 'copy' ? 'copy' : 'link';
  }
}

/** Of what a library takes: tags are an audiobook's. */
export function tagWishOf({ writeTags, mediaTypes }: Pick<LibraryRow, 'writeTags' | 'mediaTypes'>): TagWish {
  return mediaTypes.includes('audiobook') ? writeTags : 'never';
}

async function deviceOf(roots: Roots, place: string): Promise<number | undefined> {
  try {
    return (await stat(roots.resolve(place))).dev;
  } catch (error) {
    // Below a root that is there a library's own folder may be missing still.
    const isAway = error instanceof Fault ? error.kind === 'environment' : true;
    if (isAway) return undefined;
    throw error;
  }
}
