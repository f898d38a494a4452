const { availableParallelism } = require('node:os');

const shared = {
  rootDir: __dirname,
  testEnvironment: '<rootDir>/test/support/environment.ts',
  transform: { '\\.ts$': 'ts-jest' },
  setupFiles: ['reflect-metadata'],
};
/** One PostgreSQL and one Redis for the whole run. Jest starts a path named by several projects once. */
const withServers = {
  ...shared,
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
};
/** The sources of the client name each other as ECMAScript modules do. */
const asClient = { moduleNameMapper: { '^(\\.{1,2}/.+)\\.js$': '$1' } };

/** The suffix of a file says which layer it belongs to, its folder what it is about. `npm test -- unit` runs one layer. */
/** @type {import('jest').Config} */
module.exports = {
  projects: [
    // unit: starts no server
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/{src,deploy,test}/**/*.spec.ts', '<rootDir>/scripts/**/*.spec.{mjs,js,ts}'],
    },
    {
      ...shared,
      ...asClient,
      displayName: 'unit-client',
      testMatch: ['<rootDir>/clients/typescript/{src,test}/**/*.spec.ts'],
    },
    // api: the service in the process of the test, on a real PostgreSQL and a real Redis
    { ...withServers, displayName: 'api', testMatch: ['<rootDir>/test/**/*.e2e-spec.ts'] },
    // The routes of the hot lane once more, by Express alone.
    {
      ...withServers,
      displayName: 'api-express',
      setupFiles: [...shared.setupFiles, '<rootDir>/test/support/without-hot-lane.ts'],
      testMatch: [
        'api/heartbeat',
        'api/agents',
        'api/registration',
        'access/access-agents',
        'access/access-routes',
      ].map((name) => `<rootDir>/test/${name}.e2e-spec.ts`),
    },
    // process: processes of the service and of others, one file at a time
    { ...withServers, displayName: 'process', testMatch: ['<rootDir>/test/**/*.process-spec.ts'] },
    {
      ...withServers,
      ...asClient,
      displayName: 'process-client',
      testMatch: ['<rootDir>/clients/typescript/test/**/*.process-spec.ts'],
    },
    // nightly: long races, long histories, large fleets; npm run test:nightly
    { ...withServers, displayName: 'nightly', testMatch: ['<rootDir>/test/**/*.nightly-spec.ts'] },
  ],
  testTimeout: 180_000, // a guard against what hangs; no verdict depends on it (ignored when it stands in a project)
  maxWorkers: availableParallelism(),
  coverageProvider: 'v8',
  collectCoverageFrom: ['src/**/*.ts', '!src/**/*.spec.ts'],
};
