const { availableParallelism } = require('node:os');

/** Coverage is of what jest has loaded, so for it everything is loaded as usual. */
const isCovered = process.argv.some((argument) => argument.startsWith('--coverage'));

/** The rules of the agent directory by their sources, as tsconfig.json has them. */
const RULES = { '^#agent-directory/(.+)$': '<rootDir>/packages/agent-directory/src/$1' };

const shared = {
  rootDir: __dirname,
  runner: '<rootDir>/test/runner/layers.js',
  ...(!isCovered && { runtime: '<rootDir>/test/runner/runtime.js' }),
  testEnvironment: '<rootDir>/test/runner/environment.ts',
  testEnvironmentOptions: { globalsCleanup: 'off' }, // it would take the sandbox's globals that are Node's own apart
  verbose: false, // the reporter prints what tests print, once
  moduleNameMapper: RULES,
  transform: { '\\.ts$': '<rootDir>/test/runner/transform.js' },
  roots: ['src', 'packages/agent-directory', 'test', 'deploy', 'scripts'].map((folder) => `<rootDir>/${folder}`),
};
/** One PostgreSQL and one Redis for the whole run. Jest starts a path named by several projects once. */
const withServers = {
  ...shared,
  testEnvironmentOptions: { ...shared.testEnvironmentOptions, product: 'built' }, // for the runtime
  globalSetup: '<rootDir>/test/runner/global-setup.js',
  globalTeardown: '<rootDir>/test/runner/global-teardown.js',
};
/** The sources of the client name each other as ECMAScript modules do. */
const asClient = {
  roots: ['<rootDir>/packages/client/src', '<rootDir>/packages/client/test'],
  moduleNameMapper: { ...RULES, '^(\\.{1,2}/.+)\\.js$': '$1' },
};

/** The suffix of a file says which layer it belongs to, its folder what it is about. */
const projects = [
  // unit: starts no server
  {
    ...shared,
    displayName: 'unit',
    testMatch: [
      '<rootDir>/{src,deploy,test,packages/agent-directory}/**/*.spec.ts',
      '<rootDir>/scripts/**/*.spec.{mjs,js,ts}',
    ],
  },
  {
    ...shared,
    ...asClient,
    displayName: 'unit-client',
    testMatch: ['<rootDir>/packages/client/{src,test}/**/*.spec.ts'],
  },
  // api: the service in the process of the test, on a real PostgreSQL and a real Redis
  { ...withServers, displayName: 'api', testMatch: ['<rootDir>/test/**/*.e2e-spec.ts'] },
  // The routes of the hot lane once more, by Express alone.
  {
    ...withServers,
    displayName: 'api-express',
    setupFiles: ['<rootDir>/test/support/without-hot-lane.ts'],
    testMatch: ['api/heartbeat', 'api/agents', 'api/registration', 'access/access-agents', 'access/access-routes'].map(
      (name) => `<rootDir>/test/${name}.e2e-spec.ts`,
    ),
  },
  // process: processes of the service and of others, one file at a time
  { ...withServers, displayName: 'process', testMatch: ['<rootDir>/{test,deploy}/**/*.process-spec.ts'] },
  {
    ...withServers,
    ...asClient,
    displayName: 'process-client',
    testMatch: ['<rootDir>/packages/client/test/**/*.process-spec.ts'],
  },
  // nightly: long races, long histories, large fleets
  { ...withServers, displayName: 'nightly', testMatch: ['<rootDir>/test/**/*.nightly-spec.ts'] },
  {
    ...withServers,
    ...asClient,
    displayName: 'nightly-client',
    testMatch: ['<rootDir>/packages/client/test/**/*.nightly-spec.ts'],
  },
];
/** Those whose names begin with it; `npm test` chooses. */
const layers = process.env.TEST_LAYERS?.split(',');

/** @type {import('jest').Config} */
module.exports = {
  projects: projects.filter(({ displayName }) => layers?.includes(displayName.split('-', 1)[0]) ?? true),
  reporters: ['<rootDir>/test/runner/reporter.js'],
  testTimeout: 180_000, // a guard against what hangs; no verdict depends on it (ignored when it stands in a project)
  maxWorkers: availableParallelism(),
  workerIdleMemoryLimit: '1.5GB', // for a worker between two files
  workerGracefulExitTimeout: 60_000, // half a second is not much for a busy machine
  coverageProvider: 'v8',
  collectCoverageFrom: ['src/**/*.ts', '!src/**/*.spec.ts'],
};
