import type { Queryable } from './database.js';
import { recall, remember } from './remembered.js';

/** The id of the Temporal namespace whose runs the rows speak of. */
export function rememberedNamespace(db: Queryable): Promise<string | undefined> {
  return recall(db, 'temporal_namespace_id');
}

export function rememberNamespace(db: Queryable, id: string): Promise<void> {
  return remember(db, 'temporal_namespace_id', id);
}
