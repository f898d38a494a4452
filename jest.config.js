const shared = {
  rootDir: __dirname,
  testEnvironment: '<rootDir>/test/support/environment.ts',
  transform: { '\\.ts$': 'ts-jest' },
  setupFiles: ['reflect-metadata'],
  // One PostgreSQL and one Redis for the whole run. Jest starts a path named by two projects once.
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
};

/** @type {import('jest').Config} */
module.exports = {
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/{src,deploy,test}/**/*.spec.ts', '<rootDir>/scripts/**/*.spec.{mjs,js,ts}'],
    },
    { ...shared, displayName: 'e2e', testMatch: ['<rootDir>/test/**/*.e2e-spec.ts'] },
    // The routes of the hot lane once more, by Express alone.
    {
      ...shared,
      displayName: 'express',
      setupFiles: [...shared.setupFiles, '<rootDir>/test/support/without-hot-lane.ts'],
      testMatch: ['heartbeat', 'agents', 'registration', 'access-agents', 'access-routes'].map(
        (name) => `<rootDir>/test/${name}.e2e-spec.ts`,
      ),
    },
    {
      ...shared,
      displayName: 'client',
      // Its sources name each other as ECMAScript modules do.
      moduleNameMapper: { '^(\\.{1,2}/.+)\\.js$': '$1' },
      testMatch: ['<rootDir>/clients/typescript/{src,test}/**/*.{spec,e2e-spec}.ts'],
    },
  ],
  testTimeout: 30_000, // ignored when it stands in a project
  // On two cores: most of the time, tests wait for the servers that they have started.
  maxWorkers: 4,
  coverageProvider: 'v8',
  collectCoverageFrom: ['src/**/*.ts', '!src/**/*.spec.ts'],
};
