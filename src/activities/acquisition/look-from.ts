import { readLooks } from '../../store/acquisition/library-items.js';
import type { ActivityDeps } from '../deps.js';

/** Clocks differ, and an item may show up a while after the time that it bears. */
const OVERLAP_MS = 600_000;

/** From when on a look at what is new has to look; undefined before the first complete scan: at everything. */
export async function lookFrom({ db }: ActivityDeps, libraryId: string): Promise<Date | undefined> {
  const { lastScanAt, lastLookAt } = await readLooks(db, libraryId);
  if (lastScanAt === null) return undefined;
  return new Date(Math.max(lastScanAt.getTime(), lastLookAt?.getTime() ?? 0) - OVERLAP_MS);
}
