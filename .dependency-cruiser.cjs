const platform = (...names) => names.map((name) => `platform/${name}`);

/**
 * Who may import whom, by folder under src/. One row is one module; a feature that is not listed may use the modules that everything may
 * use only, so a new module adds its row here and touches nothing else. The platform (src/platform) carries the features and knows none of
 * them, but for `access`, which writes and hears events of agents.
 */
const MAY_IMPORT = {
  // what carries the features
  'platform/config': [],
  'platform/common': [],
  'platform/observability': [],
  'platform/validation': [],
  'platform/runtime': [],
  'platform/scheduling': [],
  'platform/http': [],
  'platform/private-api': [],
  'platform/tracing': [],
  'platform/database': [],
  'platform/cluster': [],
  'platform/cache': platform('cluster', 'database'),
  'platform/access': [...platform('database'), 'events'],
  'platform/limits': platform('cache', 'access'),
  'platform/gate': platform('access', 'limits'),
  'platform/lane': platform('access', 'gate'),
  'platform/streams': platform('access'),
  // the vocabulary
  agent: [],
  liveness: [...platform('database'), 'agent'],
  // the features
  query: [],
  events: [...platform('database'), 'agent'],
  // a part of `events` that stands above the registry, whose agents it shows
  'events/webhooks': [...platform('database', 'access'), 'agent', 'events', 'query', 'registry'],
  governance: [...platform('database', 'access'), 'events'],
  registry: [
    ...platform('database', 'cache', 'access', 'lane', 'streams'),
    'agent',
    'liveness',
    'query',
    'events',
    'governance',
  ],
  analytics: [...platform('database', 'cache', 'access'), 'agent'],
  heartbeat: [...platform('database', 'access', 'limits', 'lane'), 'agent', 'liveness', 'events', 'registry'],
  graph: [...platform('database', 'access'), 'agent', 'events', 'query', 'registry'],
  retention: platform('database'),
  // the routes of the probes and of Prometheus
  health: platform('access', 'limits'),
  metrics: platform('cluster', 'access', 'limits'),
  backup: platform('database'),
  import: [...platform('database', 'access'), 'agent', 'events', 'governance', 'registry'],
};
/** Modules that everything may use. They use nothing of ours but each other. */
const SHARED = platform(
  'config',
  'common',
  'observability',
  'validation',
  'runtime',
  'scheduling',
  'http',
  'private-api',
);

const SPEC = '\\.spec\\.ts$';
const folder = (names) => `^src/(?:${names.join('|')})/`;

/** Modules inside of the folder of another one: what the outer one may import does not hold for them, and it may not import them. */
const within = (name) => Object.keys(MAY_IMPORT).filter((other) => other.startsWith(`${name}/`));

const arrows = Object.entries(MAY_IMPORT).map(([name, others]) => ({
  name: `arrows-${name}`,
  severity: 'error',
  comment: `src/${name} may import: ${[...others, ...SHARED].join(', ')}. See docs/architecture.md.`,
  from: { path: `^src/${name}/`, ...(within(name).length > 0 && { pathNot: folder(within(name)) }) },
  to: { path: '^src/', pathNot: folder([name, ...others, ...SHARED]) },
}));
const insideOut = Object.keys(MAY_IMPORT)
  .filter((name) => within(name).length > 0)
  .map((name) => ({
    name: `arrows-inside-${name}`,
    severity: 'error',
    comment: `src/${name} may not import the modules in its folder, which stand above it.`,
    from: { path: `^src/${name}/`, pathNot: folder(within(name)) },
    to: { path: folder(within(name)) },
  }));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...arrows,
    ...insideOut,
    {
      name: 'arrows-new-module',
      severity: 'error',
      comment: 'This module has no row in MAY_IMPORT (.dependency-cruiser.cjs): say there what it may import.',
      from: { path: '^src/((?:platform/)?[^/]+)/', pathNot: folder(Object.keys(MAY_IMPORT)) },
      to: { path: '^src/', pathNot: ['^src/$1/', folder(SHARED)] },
    },
    {
      name: 'no-foreign-tables',
      severity: 'error',
      comment:
        "Modules talk through an exported service or an event, never through another module's repository or entity.",
      from: { path: '^src/((?:platform/)?[^/]+)/' },
      to: { path: '\\.(?:repository|entity)\\.ts$', pathNot: '^src/$1/' },
    },
    {
      name: 'the-court-is-one-policy',
      severity: 'error',
      comment:
        'Governance and everybody else know a PolicyDecisionPoint; which one it is is said where the application is put together.',
      from: {
        path: '^src/',
        pathNot: ['^src/governance/court/', '^src/app\\.module\\.ts$', '^src/import/database\\.target\\.ts$'],
      },
      to: { path: '^src/governance/court/' },
    },
    {
      name: 'private-api-in-one-place',
      severity: 'error',
      comment: 'What a package does not promise is used by a file of src/platform/private-api only, which has a test.',
      from: { path: '^src/', pathNot: '^src/platform/private-api/' },
      to: {
        path: [
          'node_modules/@nestjs/common/(?:constants|enums)',
          'node_modules/nestjs-pino/storage',
          'node_modules/typeorm/driver/postgres/PostgresDriver\\.',
        ],
      },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'Type-only cycles count: they say that two files are one.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-barrels',
      severity: 'error',
      comment: 'Import from the file that holds the thing: an index.ts hides arrows and makes cycles.',
      from: {},
      to: { path: '/index\\.ts$', pathNot: 'node_modules' },
    },
    {
      name: 'src-stands-alone',
      severity: 'error',
      comment: 'The product knows nothing of its tests, benches, scripts and migrations.',
      from: { path: '^src/', pathNot: SPEC },
      to: { path: ['^(?:test|bench|scripts|migrations)/', SPEC] },
    },
    {
      name: 'specs-use-test-support-only',
      severity: 'error',
      from: { path: `^src/.*${SPEC}` },
      to: { path: '^(?:test|bench|scripts|migrations)/', pathNot: '^test/support/' },
    },
    {
      name: 'client-stands-alone',
      severity: 'error',
      comment:
        'The client is a package of its own: it has no dependencies, and knows the service by openapi.json only.',
      from: { path: '^packages/client/src/', pathNot: [SPEC, '^packages/client/src/cli/'] },
      to: { path: ['^(?:src|test|bench|scripts|migrations)/', 'node_modules/', SPEC] },
    },
    {
      name: 'agent-directory-stands-alone',
      severity: 'error',
      comment:
        'It is compiled into the service and into the command line, which have no code and no packages in common.',
      from: { path: '^packages/agent-directory/src/', pathNot: SPEC },
      to: { path: ['^(?:src|test|bench|scripts|migrations|packages/client)/', 'node_modules/', SPEC] },
    },
    {
      name: 'command-line-stands-alone',
      severity: 'error',
      comment: 'So does the command line, which uses the packages that the client bundles, and no others.',
      from: { path: '^packages/client/src/cli/', pathNot: SPEC },
      to: {
        path: ['^(?:src|test|bench|scripts|migrations)/', 'node_modules/', SPEC],
        pathNot: '(?:^|/)node_modules/yaml/',
      },
    },
    {
      name: 'migrations-stand-alone',
      severity: 'error',
      comment: 'A migration that has run must not change when the code does.',
      from: { path: '^migrations/' },
      to: { path: '^(?:src|test|bench|scripts)/' },
    },
    {
      name: 'no-dev-dependencies-in-production',
      severity: 'error',
      comment: 'The image is installed with --omit=dev.',
      from: { path: '^(?:src|migrations)/', pathNot: SPEC },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only', 'npm'] },
    },
    {
      name: 'no-undeclared-packages',
      severity: 'error',
      comment: 'It works only as long as somebody else depends on it: add it to package.json.',
      from: { pathNot: ['^scripts/', '^packages/client/test/'] }, // the client's tests use the packages of the repository
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^(?:\\.\\./)*dist/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: {
      path: ['^(?:packages/client/|packages/agent-directory/)?dist/', '^test/generators/', '^test/mutation/'],
    },
    combinedDependencies: true, // the client's tests use the repository's packages
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      mainFields: ['main', 'types'],
    },
  },
};
