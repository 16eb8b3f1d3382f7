import type { ClientKind, IndexerKind } from '../acquisition/products.js';
import type { PathMapping } from '../acquisition/path-mapping.js';
import type { MediaItem } from '../acquisition/release.js';

export const PLAN_PARTS = [
  'indexers',
  'downloadClients',
  'libraries',
  'pathMappings',
  'requests',
  'others',
] as const;
export type PlanPart = (typeof PLAN_PARTS)[number];

/** `ask`: it needs something of the user first; `leave`: it has no counterpart. */
export const PLAN_ACTIONS = ['add', 'change', 'exists', 'ask', 'leave'] as const;
export type PlanAction = (typeof PLAN_ACTIONS)[number];

export interface NewIndexer {
  name: string;
  kind: IndexerKind;
  baseUrl: string;
  secret: string | undefined;
  categories: number[];
  priority: number;
  minimumSeeders: number;
  seedRatio: number | null;
  seedMinutes: number | null;
  enabled: boolean;
}

export interface NewClient {
  name: string;
  kind: ClientKind;
  baseUrl: string;
  username: string | null;
  secret: string | undefined;
  category: string | null;
  priority: number;
  enabled: boolean;
}

export interface NewLibrary {
  name: string;
  root: string;
  mediaTypes: string[];
  pathTemplate: string | undefined;
}

/** What is done for an item when the plan is applied. */
export type Change =
  | { kind: 'addIndexer'; settings: NewIndexer }
  | { kind: 'addClient'; settings: NewClient }
  | { kind: 'addLibrary'; settings: NewLibrary }
  | { kind: 'addSecret'; to: 'indexer' | 'client'; id: string; secret: string; enabled: boolean }
  /** By the client's address: it may come with the same plan. */
  | { kind: 'addMapping'; clientUrl: string; mapping: PathMapping }
  /** `folder`: the logical place that it had, for the choice of its library. */
  | { kind: 'addRequest'; item: MediaItem; folder: string | undefined };

export interface PlanItem {
  /** `indexer:NAME` and the like: by it a secret is given. */
  id: string;
  part: PlanPart;
  name: string;
  action: PlanAction;
  detail: string;
  remedy: string | null;
  change: Change | null;
}

/** What Longplay has already. */
export interface Present {
  indexers: readonly { id: string; name: string; baseUrl: string; hasSecret: boolean }[];
  clients: readonly {
    id: string;
    name: string;
    baseUrl: string;
    hasSecret: boolean;
    pathMappings: readonly PathMapping[];
  }[];
  libraries: readonly { id: string; name: string; root: string; mediaTypes: readonly string[] }[];
  /** Why an item needs no request; undefined when it does. */
  askedFor: (item: MediaItem) => string | undefined;
}

/** What the user said beside address and key. */
export interface Wishes {
  /** By the items' ids. */
  secrets: ReadonlyMap<string, string>;
  /** The logical path of a folder as the program sees it; undefined where none covers it. */
  toLogical: (path: string) => string | undefined;
}

/** Two spellings of one address are one. */
export function sameAddress(one: string, other: string): boolean {
  return plainAddress(one) === plainAddress(other);
}

function plainAddress(text: string): string {
  const trimmed = text.replace(/\/+$/, '');
  return URL.canParse(trimmed) ? new URL(trimmed).href.replace(/\/+$/, '') : trimmed;
}

/** Names are unique here; one that another address has gets the product beside it. */
export function freeName(name: string, taken: readonly string[], product: string): string {
  const tries = [name, `${name} (${product})`];
  for (let number = 2; ; number += 1) {
    const free = tries.find((one) => !taken.includes(one));
    if (free !== undefined) return free.slice(0, 100);
    tries.push(`${name} (${product} ${number})`);
  }
}
