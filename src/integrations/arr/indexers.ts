import type { ArrIndexer } from '../../domain/moving-in/arr.js';
import type { ListedIndexer } from '../indexers/prowlarr/list.js';
import {
  fieldsOf,
  numberOf,
  plainAddress,
  priorityOf,
  secretOf,
  textOf,
  type Fields,
  type Provider,
} from './fields.js';

const KINDS: Record<string, 'torznab' | 'newznab' | undefined> = { Torznab: 'torznab', Newznab: 'newznab' };

/** Of Sonarr, Radarr and Readarr: address and path of its feed are two fields. */
export function readIndexer(told: Provider): ArrIndexer {
  const fields = fieldsOf(told);
  const { name, implementation } = told;
  const kind = KINDS[implementation];
  const base = textOf(fields, 'baseUrl')?.replace(/\/+$/, '');
  const path = textOf(fields, 'apiPath')?.replace(/^\/*/, '/') ?? '/api';
  return {
    ...{ name, implementation, kind, priority: priorityOf(told) },
    enabled: [told.enableRss, told.enableAutomaticSearch, told.enableInteractiveSearch].some(
      (on) => on === true,
    ),
    address: base === undefined ? undefined : plainAddress(base + path),
    secret: secretOf(fields, 'apiKey'),
    categories: categoriesOf(fields),
    minimumSeeders: numberOf(fields, 'minimumSeeders'),
    seedRatio: numberOf(fields, 'seedCriteria.seedRatio'),
    seedMinutes: numberOf(fields, 'seedCriteria.seedTime'),
  };
}

function categoriesOf(fields: Fields): number[] {
  const told = fields.get('categories');
  const numbers = Array.isArray(told) ? told.filter((one): one is number => Number.isInteger(one)) : [];
  return [...new Set(numbers)].slice(0, 50);
}

/** Each of Prowlarr's indexers has a feed of its own there, which takes Prowlarr's key (acquisition.md §2.1, §2.2). */
export function fromProwlarr(
  { name, kind, baseUrl, priority, enabled }: ListedIndexer,
  apiKey: string,
): ArrIndexer {
  return {
    ...{ name, kind, priority, enabled, implementation: kind === 'torznab' ? 'Torznab' : 'Newznab' },
    address: plainAddress(baseUrl),
    secret: { state: 'told', value: apiKey },
    // Its feed translates the default ones.
    categories: [],
    ...{ minimumSeeders: undefined, seedRatio: undefined, seedMinutes: undefined },
  };
}
