import type { ClientKind, IndexerKind } from '../acquisition/products.js';
import type { MediaItem, MediaType } from '../acquisition/release.js';

/** The programs that people move in from. */
export const ARR_KINDS = ['sonarr', 'radarr', 'readarr', 'prowlarr'] as const;
export type ArrKind = (typeof ARR_KINDS)[number];

export interface ArrFacts {
  /** As it names itself. */
  product: string;
  api: 'v1' | 'v3';
  /** What its folders hold; Prowlarr has none. */
  mediaTypes: readonly MediaType[];
  /** Where its items go below a folder. */
  pathTemplate: string | undefined;
}

export const ARRS: Record<ArrKind, ArrFacts> = {
  sonarr: { product: 'Sonarr', api: 'v3', mediaTypes: ['episode'], pathTemplate: '{title}' },
  radarr: { product: 'Radarr', api: 'v3', mediaTypes: ['movie'], pathTemplate: '{title}{ (year)}' },
  readarr: { product: 'Readarr', api: 'v1', mediaTypes: ['ebook', 'audiobook'], pathTemplate: undefined },
  prowlarr: { product: 'Prowlarr', api: 'v1', mediaTypes: [], pathTemplate: undefined },
};

/** Newer versions tell no password and no key, but stars in their place. */
export type ArrSecret = { state: 'none' } | { state: 'hidden' } | { state: 'told'; value: string };

export interface ArrIndexer {
  name: string;
  implementation: string;
  /** undefined: Longplay has no counterpart. */
  kind: IndexerKind | undefined;
  enabled: boolean;
  /** 1 is asked first, as here. */
  priority: number;
  address: string | undefined;
  secret: ArrSecret;
  categories: number[];
  minimumSeeders: number | undefined;
  seedRatio: number | undefined;
  seedMinutes: number | undefined;
}

export interface ArrClient {
  name: string;
  implementation: string;
  kind: ClientKind | undefined;
  enabled: boolean;
  priority: number;
  address: string | undefined;
  /** By which its path mappings name it. */
  host: string;
  username: string | undefined;
  secret: ArrSecret;
  category: string | undefined;
}

/** A folder as a download client sees it, and as the program itself does. */
export interface ArrPathMapping {
  host: string;
  remotePath: string;
  localPath: string;
}

export interface ArrWanted {
  item: MediaItem;
  /** Where it would be filed there. */
  path: string | undefined;
}

/** Everything that a program told of itself. */
export interface ArrContents {
  kind: ArrKind;
  version: string;
  indexers: ArrIndexer[];
  clients: ArrClient[];
  folders: string[];
  pathMappings: ArrPathMapping[];
  wanted: ArrWanted[];
  /** What Longplay has no counterpart for, by kind of thing. */
  others: { what: string; names: string[] }[];
}
