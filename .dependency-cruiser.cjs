/** Workers and api may import all of it, and never each other. */
const BELOW = [
  ...['domain', 'catalogue', 'integrations', 'media', 'store'],
  ...['temporal', 'jobs', 'activities', 'workflows'],
];

/** The import table of docs/architecture.md: who may import whom. */
const layers = {
  domain: [],
  catalogue: ['domain'],
  workflows: ['domain'],
  store: ['domain'],
  integrations: ['domain'],
  media: ['domain'],
  temporal: ['domain', 'store'],
  jobs: ['domain', 'catalogue', 'store', 'temporal'],
  activities: ['domain', 'catalogue', 'integrations', 'media', 'store', 'jobs'],
  workers: BELOW,
  api: BELOW,
  embedded: ['domain'],
};

/** Values that are not the layer's own and not allowed; types too, but for those named in `typesOf`. */
function layerRule(layer, { typesOf = [], files = [] } = {}) {
  const allowed = [layer, ...layers[layer]].map((name) => `^src/${name}/`);
  return {
    name: `${layer}-imports`,
    severity: 'error',
    from: { path: `^src/${layer}/` },
    to: { path: '^src/', pathNot: [...allowed, ...typesOf.map((name) => `^src/${name}/`), ...files] },
  };
}

const LIFELINE = '^src/lifeline\\.ts$';

module.exports = {
  forbidden: [
    layerRule('domain'),
    layerRule('catalogue'),
    layerRule('workflows', { typesOf: ['catalogue', 'activities'] }),
    layerRule('store'),
    layerRule('integrations', { typesOf: ['store'], files: [LIFELINE] }),
    layerRule('media', { typesOf: ['store'], files: [LIFELINE] }),
    layerRule('temporal'),
    layerRule('jobs'),
    layerRule('activities'),
    layerRule('workers'),
    layerRule('api', { files: ['^src/metrics\\.ts$'] }),
    layerRule('embedded', { files: [LIFELINE, '^src/config\\.ts$', '^src/log\\.ts$'] }),
    {
      name: 'types-only',
      comment: 'Workflows see activities and the catalogue, and adapters see the store, as types only.',
      severity: 'error',
      from: { path: '^src/(workflows|integrations|media)/' },
      to: { path: '^src/(activities|catalogue|store)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'workflow-packages',
      comment: 'The sandbox has no Node, and only these two packages.',
      severity: 'error',
      from: { path: '^src/workflows/' },
      to: {
        dependencyTypes: ['npm', 'npm-dev', 'core'],
        pathNot: ['node_modules/@temporalio/(workflow|common)/'],
      },
    },
    {
      name: 'pure-domain',
      comment: 'Rules do no I/O, read no clock, and load no package.',
      severity: 'error',
      from: { path: '^src/domain/' },
      to: { dependencyTypes: ['npm', 'npm-dev', 'core'] },
    },
    {
      name: 'catalogue-packages',
      severity: 'error',
      from: { path: '^src/catalogue/' },
      to: { dependencyTypes: ['npm', 'npm-dev', 'core'], pathNot: ['node_modules/zod/'] },
    },
    { name: 'no-tests-in-src', severity: 'error', from: { path: '^src/' }, to: { path: '^test/' } },
    {
      name: 'no-dev-packages-in-src',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
