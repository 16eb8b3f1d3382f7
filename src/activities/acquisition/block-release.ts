import { itemKey } from '../../catalogue/acquisition/media-item.js';
import type { ReleaseIdentity } from '../../domain/acquisition/blocklist.js';
import {
  blocklistEntry,
  type AcquisitionFault,
  type BlocklistEntry,
} from '../../domain/acquisition/blocklist-entry.js';
import type { MediaItem } from '../../domain/acquisition/release.js';
import { saveBlocked } from '../../store/acquisition/blocklist.js';
import type { Queryable } from '../../store/database.js';

/** Blocks a release for its item where the fault is its own; what blames the surroundings writes nothing. */
export async function blockFor(
  db: Queryable,
  item: MediaItem,
  blamed: {
    release: ReleaseIdentity;
    fault: AcquisitionFault;
    source: BlocklistEntry['source'];
    evidence: string;
    scope?: BlocklistEntry['scope'];
  },
): Promise<void> {
  const entry = blocklistEntry({ ...blamed, now: Date.now() });
  if (entry === undefined) return;
  await saveBlocked(db, { itemKey: itemKey(item), title: blamed.release.title, entry });
}
