import { asFault } from '../reply.js';
import {
  apiUrl,
  categoriesOf,
  connectProwlarr,
  fetchEntries,
  PROWLARR_REMEDIES,
  type ProwlarrOptions,
} from './api.js';

/** One indexer of a Prowlarr, as it can be added here on its own. */
export interface ListedIndexer {
  /** Prowlarr's number. */
  id: number;
  name: string;
  protocol: 'torrent' | 'usenet';
  kind: 'torznab' | 'newznab';
  /** Its own feed at Prowlarr: `/{id}/api` (acquisition.md §2.1). */
  baseUrl: string;
  categories: { id: number; name: string }[];
  /** 1 is first, as here. */
  priority: number;
  enabled: boolean;
}

/**
 * The indexers that a Prowlarr has, for the set-up: each asked alone tells limits and failures of its own.
 * @throws Fault credentials | bad_input | throttled | transient
 */
export async function listProwlarrIndexers(
  options: Omit<ProwlarrOptions, 'id' | 'categories'>,
  signal: AbortSignal,
): Promise<ListedIndexer[]> {
  const connection = connectProwlarr({ ...options, id: 'prowlarr' });
  const reply = await fetchEntries(connection, signal);
  if ('failure' in reply) throw asFault(reply.failure, PROWLARR_REMEDIES);
  return reply.value.map((entry) => ({
    id: entry.id,
    name: entry.name,
    protocol: entry.protocol,
    kind: entry.protocol === 'usenet' ? 'newznab' : 'torznab',
    baseUrl: new URL(`../../${entry.id}/api`, apiUrl(connection, '')).href,
    categories: categoriesOf(entry),
    priority: entry.priority,
    enabled: entry.enable,
  }));
}
