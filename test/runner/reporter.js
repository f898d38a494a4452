// What a run of the tests prints: a line for each file, failures where they happen, and one summary of all layers at the end.
const { writeFileSync } = require('node:fs');
const path = require('node:path');
const { cpuSeconds } = require('./cpu-seconds');
const { LAYERS, layerOf, usage } = require('./layers');

module.exports = class Reporter {
  #settings;
  /** Layers that have to run tests: `npm test` names them when nothing else narrows the choice. */
  #due = process.env.TEST_LAYERS_DUE?.split(',') ?? [];
  #counts = new Map();
  #failed = [];
  #skipped = [];
  #errors = [];

  constructor(globalConfig) {
    this.#settings = globalConfig;
    // The reader of our output has gone: npm test | head. Where there are servers to stop, that comes first (servers.ts).
    process.stdout.on('error', () => process.stdout.listenerCount('error') === 1 && process.exit(1));
  }

  onTestFileResult(test, result, { numTotalTestSuites }) {
    const file = path.relative(this.#settings.rootDir, test.path);
    const { name: project } = test.context.config.displayName;
    const { passed, failed, skipped } = this.#count(layerOf(test), result);
    const outcome = [failed > 0 ? 'FAIL' : 'ok', project.padEnd(14), file];
    const counts = countsOf({ passed, failed, skipped: this.#settings.testNamePattern ? 0 : skipped });
    print(
      `${outcome[0].padEnd(5)} ${outcome[1]} ${outcome[2]}: ${counts}, ${seconds(result.perfStats.runtime / 1000)}`,
    );
    if (this.#settings.verbose ?? numTotalTestSuites === 1) {
      for (const each of result.testResults) print(`  ${each.status.padEnd(8)} ${each.fullName}`);
    }
    if (failed > 0) print(`\n${result.failureMessage.trimEnd()}\n`);
    for (const { message } of result.console ?? []) print(message);

    if (result.testExecError) this.#failed.push(`${project}  ${file} does not run`);
    for (const { status, fullName } of result.testResults) {
      if (status === 'failed') this.#failed.push(`${project}  ${file} › ${fullName}`);
      else if (status !== 'passed' && !this.#settings.testNamePattern)
        this.#skipped.push(`${project}  ${file} › ${fullName}`);
    }
  }

  onRunComplete(_contexts, { wasInterrupted }) {
    const all = { passed: 0, failed: 0, skipped: 0, files: 0 };
    for (const counts of this.#counts.values()) for (const key of Object.keys(all)) all[key] += counts[key];
    for (const layer of this.#due) {
      const { passed = 0, failed = 0 } = this.#counts.get(layer) ?? {};
      if (passed + failed === 0 && !wasInterrupted) this.#errors.push(`No test of the layer ${layer} has run.`);
    }
    if (all.passed + all.failed === 0 && !this.#settings.passWithNoTests) this.#errors.push('No test has run.');

    list('Skipped:', this.#skipped);
    list('Failed:', this.#failed);
    print('');
    for (const layer of LAYERS.filter((name) => this.#counts.has(name)))
      this.#row(layer, this.#counts.get(layer), usage.get(layer));
    this.#row('all', all, { wall: performance.now() / 1000, cpu: cpuSeconds() });
    if (wasInterrupted) print('Interrupted');
    for (const error of this.#errors) print(error);
    if (this.#settings.testNamePattern) all.skipped = 0; // those that the pattern leaves out
    const { passed, failed, skipped } = all;
    const report = process.env.TEST_REPORT;
    if (report) writeFileSync(report, JSON.stringify({ passed, failed, skipped, failures: this.#failed }));
    print(`\n${countsOf({ passed, failed, skipped, always: true })}`);
  }

  /** Jest ends with a failure when there is one. */
  getLastError() {
    return this.#errors.length > 0 ? new Error(this.#errors.join('\n')) : undefined;
  }

  /** Adds the tests of a file; one that does not run counts as a failed test. */
  #count(layer, result) {
    const counts = {
      passed: result.numPassingTests,
      failed: result.numFailingTests + (result.testExecError ? 1 : 0),
      skipped: result.numPendingTests + result.numTodoTests,
      files: 1,
    };
    const before = this.#counts.get(layer);
    const sum = before
      ? Object.fromEntries(Object.keys(counts).map((key) => [key, before[key] + counts[key]]))
      : counts;
    this.#counts.set(layer, sum);
    return counts;
  }

  #row(name, { files, passed, failed }, { wall, cpu } = { wall: Number.NaN, cpu: Number.NaN }) {
    const [inFiles, counts] = [`${files} files`.padStart(10), `${passed} passed, ${failed} failed`.padStart(26)];
    print(`${name.padEnd(10)} ${inFiles} ${counts} ${seconds(wall).padStart(10)} ${seconds(cpu).padStart(10)} CPU`);
  }
};

function countsOf({ passed, failed, skipped, always = false }) {
  const parts = [`${passed} passed`];
  if (failed > 0 || always) parts.push(`${failed} failed`);
  if (skipped > 0) parts.push(`${skipped} skipped`);
  return parts.join(', ');
}

function seconds(value) {
  return `${Number.isNaN(value) ? '?' : value.toFixed(1)} s`;
}

function list(title, lines) {
  if (lines.length > 0) print(`\n${title}\n${lines.map((line) => `  ${line}`).join('\n')}`);
}

function print(text) {
  process.stdout.write(`${text}\n`);
}
