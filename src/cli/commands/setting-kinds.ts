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
