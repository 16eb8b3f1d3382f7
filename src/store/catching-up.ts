import type { Queryable } from './database.js';
import { recall, remember, forget } from './remembered.js';

/** What is still to be done after an older copy was seen; kept until it is done, whoever begins it and dies. */
export interface CatchingUp {
  /** The copy's own time, ISO. */
  since: string;
  missingMs: number;
  /** The run that each open job had when the copy was seen: what began later needs nothing. */
  runs: Record<string, string>;
}

export async function unfinishedCatchUp(db: Queryable): Promise<CatchingUp | undefined> {
  const kept = await recall(db, 'catching_up');
  return kept === undefined ? undefined : (JSON.parse(kept) as CatchingUp);
}

export function recordCatchUp(db: Queryable, work: CatchingUp): Promise<void> {
  return remember(db, 'catching_up', JSON.stringify(work));
}

export function endCatchUp(db: Queryable): Promise<void> {
  return forget(db, 'catching_up');
}
