const rules = require('./rules.js');

/** The specs of the rules alone, without the servers and the reporter of the other tests. */
module.exports = {
  rootDir: '../..',
  roots: ['<rootDir>/src'],
  testMatch: rules.map((rule) => `<rootDir>/${rule}.spec.ts`),
  testEnvironment: 'node',
  transform: { '\\.ts$': '<rootDir>/test/runner/transform.js' },
};
