import { itemKey, type MediaItemParams } from '../../catalogue/acquisition/media-item.js';
import { titleOf } from '../../domain/acquisition/item-title.js';
import { placeOf } from '../../domain/acquisition/library-paths.js';
import { workIdsOf } from '../../domain/acquisition/work-ids.js';
import { findLibrary } from '../../store/acquisition/libraries.js';
import { findBrought, findItemsByIds } from '../../store/acquisition/known-items.js';
import type { Queryable } from '../../store/database.js';
import { findOpenEqual } from '../../store/jobs.js';
import { HttpProblem } from '../http/problem.js';

interface Wanted {
  item: MediaItemParams;
  libraryId: string;
}

/**
 * Nobody fetches unawares what the library has: by a request that brought it, or by its ids; titles that are alike prove
 * nothing. Who asks for what is asked for already joins that all the same.
 * @throws HttpProblem already_there.
 */
export async function refuseWhatIsThere(db: Queryable, wanted: Wanted): Promise<void> {
  const { item, libraryId } = wanted;
  if ((await findOpenEqual(db, 'request', itemKey(item))) !== undefined) return;
  const found = await findThere(db, wanted);
  const library = await findLibrary(db, libraryId);
  if (found === undefined || library === undefined) return;
  const since = found.addedAt.toISOString().slice(0, 10);
  const where = `in the library "${library.name}" since ${since}, as ${placeOf(library, found.path)}`;
  throw new HttpProblem('already_there', `"${titleOf(item)}" is ${where} (${found.how})`, {
    remedy: 'To fetch it anew, ask all the same: "again": true, or --again on the command line',
  });
}

async function findThere(
  db: Queryable,
  { item, libraryId }: Wanted,
): Promise<{ path: string; addedAt: Date; how: string } | undefined> {
  const brought = await findBrought(db, { libraryId, key: itemKey(item) });
  if (brought !== undefined) return { ...brought, how: `brought by ${brought.jobId}` };
  const { mediaType } = item;
  const [known] = await findItemsByIds(db, { libraryId, mediaType, ...workIdsOf(item), untilGone: true });
  return known === undefined ? undefined : { ...known, how: 'it bears the same id' };
}
