import rules from './rules.js';

export default {
  mutate: rules.map((rule) => `${rule}.ts`),
  testRunner: 'jest',
  jest: { configFile: 'test/mutation/jest.config.js', enableFindRelatedTests: true },
  coverageAnalysis: 'perTest',
  // Copied for the mutants is only what these tests read.
  ignorePatterns: ['**', '!src/**', '!test/mutation/*.js', '!test/{runner,support}/**', '!{package,tsconfig}.json'],
  ignoreStatic: true, // what a module computes once when it is loaded: each would take all tests of all rules
  disableTypeChecks: false, // the transformer checks no types
  mutator: { excludedMutations: ['StringLiteral'] }, // messages for people
  tempDirName: 'coverage/mutation',
  reporters: ['clear-text', 'html', 'progress-append-only'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  htmlReporter: { fileName: 'coverage/mutation.html' },
  thresholds: { high: 95, low: 90, break: 85 },
  timeoutMS: 20_000, // in which a mutant that loops for ever is found
  warnings: { slow: false },
};
