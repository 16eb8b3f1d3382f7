/** The three kinds of things that are configured, and where the API has them. */
export const SETTING_KINDS = {
  indexer: { path: '/api/indexers', list: 'indexers', many: 'indexers', place: 'baseUrl' },
  client: {
    path: '/api/download-clients',
    list: 'downloadClients',
    many: 'download clients',
    place: 'baseUrl',
  },
  library: { path: '/api/libraries', list: 'libraries', many: 'libraries', place: 'root' },
} as const;

export type SettingKind = keyof typeof SETTING_KINDS;

/** What PUT takes of each, beside its secret; all else that is shown was found out, not set. */
export const CHANGEABLE: Record<SettingKind, readonly string[]> = {
  indexer: [
    ...['name', 'kind', 'baseUrl', 'username', 'categories', 'priority', 'minimumSeeders', 'seedRatio'],
    ...['seedMinutes', 'grabLimit', 'callIntervalMs', 'removeAfterProcessing', 'enabled'],
  ],
  client: [
    ...['name', 'kind', 'baseUrl', 'username', 'category', 'pathMappings', 'priority', 'stallLimits'],
    'enabled',
  ],
  library: [
    ...['name', 'kind', 'root', 'pathTemplate', 'mediaTypes', 'baseUrl', 'section', 'pathMappings'],
    ...['qualityProfileId', 'tags', 'mergeChapters', 'writeTags', 'enabled'],
  ],
};

/** The options that `change --unset` takes back, and what they set: without it PUT takes its default. */
export const UNSETTABLE: Record<SettingKind, Readonly<Record<string, string>>> = {
  indexer: {
    ...{ username: 'username', secret: 'secret', category: 'categories', priority: 'priority' },
    ...{ 'minimum-seeders': 'minimumSeeders', 'seed-ratio': 'seedRatio', 'seed-time': 'seedMinutes' },
    ...{ 'grab-limit': 'grabLimit', interval: 'callIntervalMs' },
  },
  client: {
    ...{ username: 'username', secret: 'secret', category: 'category', priority: 'priority' },
    ...{ map: 'pathMappings', 'stall-limit': 'stallLimits' },
  },
  library: {
    ...{ server: 'baseUrl', section: 'section', secret: 'secret', map: 'pathMappings', tag: 'tags' },
    ...{ template: 'pathTemplate', profile: 'qualityProfileId', type: 'mediaTypes' },
  },
};
