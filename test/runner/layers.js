// Jest's runner, one layer after the other. A layer is what the projects whose names begin alike are: api and api-express.
const { default: TestRunner } = require('jest-runner');
const { cpuSeconds } = require('./cpu-seconds');

const LAYERS = ['unit', 'api', 'process', 'nightly'];
/** Their files start servers and processes of their own and count what there is: one at a time. */
const ALONE = ['process', 'nightly'];

/** What each layer has taken so far, by its name, for the reporter. */
const usage = new Map();

class LayerRunner extends TestRunner {
  #settings;

  constructor(globalConfig, ...rest) {
    super(globalConfig, ...rest);
    this.#settings = globalConfig;
  }

  async runTests(tests, watcher, options) {
    for (const layer of LAYERS) {
      const files = tests.filter((test) => layerOf(test) === layer);
      if (files.length === 0 || watcher.isInterrupted()) continue;
      const maxWorkers = ALONE.includes(layer) ? 1 : this.#settings.maxWorkers;
      this._globalConfig = { ...this.#settings, maxWorkers };
      const [wall, cpu] = [performance.now(), cpuSeconds()];
      // Many files in one process would fill its memory, on one core as on many: a worker is replaced when it has grown.
      await super.runTests(files, watcher, { ...options, serial: options.serial && files.length === 1 });
      usage.set(layer, { wall: (performance.now() - wall) / 1000, cpu: cpuSeconds() - cpu });
    }
  }
}

function layerOf({ context }) {
  return context.config.displayName.name.split('-', 1)[0];
}

module.exports = { default: LayerRunner, __esModule: true, LAYERS, layerOf, usage };
