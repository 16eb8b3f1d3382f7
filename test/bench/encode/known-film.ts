import path from 'node:path';

import type { Database } from '../../../src/store/database.js';
import { eventually } from '../../support/eventually.js';
import { placeFilm } from './stage.js';

/** Puts the film into a library and has it scanned; the id of its video. */
export async function knownFilm({
  film,
  library,
  db,
  scan,
}: {
  film: string;
  /** Host folder of the root. */
  library: string;
  db: Database;
  /** Asks for a scan of all. */
  scan: () => Promise<unknown>;
}): Promise<string> {
  const found = async (): Promise<string | undefined> =>
    (await db.query<{ id: string }>(`select id from videos where path = 'videos/film.mkv'`)).rows[0]?.id;
  const known = await found();
  if (known !== undefined) return known;
  await placeFilm(film, path.join(library, 'videos', 'film.mkv'));
  await scan();
  let id: string | undefined;
  await eventually(async () => (id = await found()) !== undefined, { withinMs: 120_000, everyMs: 200 });
  if (id === undefined) throw new Error('Expected the film in the library');
  return id;
}
