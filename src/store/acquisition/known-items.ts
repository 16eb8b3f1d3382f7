import type { WorkIds } from '../../domain/acquisition/work-ids.js';
import type { Queryable } from '../database.js';
import { LIBRARY_ITEM_COLUMNS, type LibraryItemRow } from './library-items.js';

export interface SoughtIds extends WorkIds {
  libraryId: string;
  mediaType: string;
  /** What a scan has missed counts until it is gone (acquisition.md §6). */
  untilGone?: boolean;
}

/** The nine digits that ISBN-10 and ISBN-13 share. */
const ISBN_CORE = (column: string): string =>
  `substr(upper(translate(${column}, '- ', '')), case length(translate(${column}, '- ', '')) when 13 then 4 else 1 end, 9)`;

/** An ASIN names one edition, so it goes before the others; among equals the newest. */
export async function findItemsByIds(db: Queryable, ids: SoughtIds): Promise<LibraryItemRow[]> {
  const { rows } = await db.query<LibraryItemRow>(
    `select ${LIBRARY_ITEM_COLUMNS} from library_items where library_id = $1 and media_type = $2
       and (missing_since is null or ($7 and gone_at is null))
       and (upper(asin) = any($3) or ${ISBN_CORE('isbn')} = ${ISBN_CORE('$4::text')} or imdb_id = $5 or tmdb_id = $6)
     order by array_position($3, upper(asin)) nulls last, added_at desc, id limit 10`,
    [
      ids.libraryId,
      ids.mediaType,
      ids.asins.map((asin) => asin.toUpperCase()),
      ids.isbn ?? null,
      ids.imdbId ?? null,
      ids.tmdbId ?? null,
      ids.untilGone ?? false,
    ],
  );
  return rows;
}

/** What a request for the item of this key brought into the library, and what is not gone since. */
export async function findBrought(
  db: Queryable,
  { libraryId, key }: { libraryId: string; key: string },
): Promise<{ path: string; addedAt: Date; jobId: string } | undefined> {
  const { rows } = await db.query<{ path: string; addedAt: Date; jobId: string }>(
    `select i.path, i.added_at as "addedAt", j.id as "jobId"
     from jobs j join requests r on r.job_id = j.id join library_items i on i.id = r.library_item_id
     where j.type = 'request' and j.subject_type = 'item' and j.subject_id = $2 and r.state = 'available'
       and r.library_id = $1 and i.library_id = $1 and i.gone_at is null
     order by j.created_at desc limit 1`,
    [libraryId, key],
  );
  return rows[0];
}
