import { Fault } from '../../domain/faults.js';
import { findLibrary, type LibraryRow } from '../../store/acquisition/libraries.js';
import type { ActivityDeps } from '../deps.js';

/** @throws Fault gone when the library is configured no more. */
export async function getLibrary({ db }: Pick<ActivityDeps, 'db'>, id: string): Promise<LibraryRow> {
  const library = await findLibrary(db, id);
  if (library !== undefined) return library;
  throw new Fault('gone', `There is no library "${id}"`);
}
