import { itemKey } from '../../catalogue/acquisition/media-item.js';
import type { DecisionInput } from '../../domain/acquisition/decision-input.js';
import type { MediaItem, Release } from '../../domain/acquisition/release.js';
import type { RankedIndexer, SearchMode } from '../../domain/acquisition/rule-facts.js';
import { DAY_MS } from '../../domain/durations.js';
import { blockedKeys } from '../../store/acquisition/blocklist.js';
import { grabbedBy } from '../../store/acquisition/downloads.js';
import type { IndexerRow } from '../../store/acquisition/indexers.js';
import { grabsByIndexer } from '../../store/acquisition/space.js';
import { fetchableProtocols } from './choose-client.js';
import { readCircumstances, type DecisionDeps } from './circumstances.js';
import { ownerOf, readPolicy } from './decision-policy.js';

/** What a decision is asked about. */
export interface DecisionAbout {
  item: MediaItem;
  requestId?: string;
  /** Somebody's own words instead of the title, in search and ranking. */
  terms?: string;
  mode?: SearchMode;
  /** Another quality profile than its own, to see what that would choose. */
  profileId?: string;
}

/** Everything that the rules look at, as it stands now. */
export async function decisionInput(
  deps: DecisionDeps,
  about: DecisionAbout,
  { releases, indexers }: { releases: readonly Release[]; indexers: readonly IndexerRow[] },
): Promise<DecisionInput> {
  const { item, requestId, terms, mode = 'automatic' } = about;
  const owner = await ownerOf(deps.db, about);
  return {
    item: terms === undefined ? item : { ...item, title: terms },
    releases,
    indexers: await rankIndexers(deps, indexers),
    blocklist: await blockedKeys(deps.db, itemKey(item)),
    grabbed: requestId === undefined ? [] : await grabbedBy(deps.db, requestId),
    protocols: await fetchableProtocols(deps),
    circumstances: await readCircumstances(deps, owner.library),
    mode,
    now: Date.now(),
    ...(await readPolicy(deps.db, owner, about.profileId)),
  };
}

async function rankIndexers({ db }: DecisionDeps, indexers: readonly IndexerRow[]): Promise<RankedIndexer[]> {
  const grabs = await grabsByIndexer(db);
  return indexers.map(({ id, name, priority, minimumSeeders, disabledUntil, grabLimit }) => {
    const used = grabs.get(id);
    return {
      id,
      name,
      priority,
      minimumSeeders,
      ...(disabledUntil === null ? {} : { backoffUntil: disabledUntil.getTime() }),
      ...(grabLimit === null || used === undefined
        ? {}
        : { grabs: { used: used.used, limit: grabLimit, until: used.oldestAt.getTime() + DAY_MS } }),
    };
  });
}
