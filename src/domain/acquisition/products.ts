/** The products that Longplay speaks with; each kind has one adapter below src/integrations. */
export const INDEXER_KINDS = [
  'torznab',
  'newznab',
  'prowlarr',
  'opds',
  'librivox',
  'internet_archive',
] as const;
export type IndexerKind = (typeof INDEXER_KINDS)[number];

export const CLIENT_KINDS = ['aria2', 'qbittorrent', 'transmission', 'nzbget', 'sabnzbd'] as const;
export type ClientKind = (typeof CLIENT_KINDS)[number];

export const LIBRARY_KINDS = ['folder', 'plex', 'audiobookshelf', 'jellyfin'] as const;
export type LibraryKind = (typeof LIBRARY_KINDS)[number];
/** Libraries behind a media server; a folder is read by Longplay itself. */
export type ServerKind = Exclude<LibraryKind, 'folder'>;
