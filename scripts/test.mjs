// npm test: the layers of the tests, one after the other. Layers come first, then whatever jest takes:
//   npm test -- unit api          npm test -- process -t paging          npm test -- test/api/agents.e2e-spec.ts
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { ensureInstalled } from './lib/prepare.mjs';
import { ensurePrograms } from './lib/programs.mjs';

/** The last one takes long: it runs only when it, or a file of it, is named. */
const LAYERS = ['unit', 'api', 'process', 'nightly'];

const given = process.argv.slice(2);
const first = given.findIndex((argument) => !LAYERS.includes(argument));
const [layers, rest] = first < 0 ? [given, []] : [given.slice(0, first), given.slice(first)];
const isNightlyNamed = rest.some((argument) => argument.includes('nightly'));
const chosen = layers.length > 0 ? layers : LAYERS.filter((layer) => layer !== 'nightly' || isNightlyNamed);

try {
  await ensureInstalled();
  if (chosen.some((layer) => layer !== 'unit')) ensureAll();
} catch (error) {
  console.error(error.message);
  process.exit(1);
}

const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
const env = { ...process.env, TEST_LAYERS: chosen.join() };
if (rest.length === 0) env.TEST_LAYERS_DUE = chosen.join(); // each of them has to run tests
const child = spawn(process.execPath, [jest, ...rest], { stdio: 'inherit', env });
child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));

// Jest has servers to stop, so it ends first, and we with it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
// A SIGTERM to npm ends the shell between us and leaves us behind.
const parent = process.ppid;
setInterval(() => process.ppid === parent || child.kill('SIGTERM'), 500).unref();

/** The programs that the tests run. Servers and the build are for jest's global set-up. */
function ensureAll() {
  const redis = process.env.TEST_REDIS_URL ? [] : ['redis-server'];
  ensurePrograms([...redis, 'prometheus', 'pgbouncer', 'python3', 'openssl', 'curl', 'jq']);
  try {
    ensurePrograms(['kubernetes-client']); // not every distribution has it
  } catch (error) {
    console.warn(`${error.message}\nWithout it the tests do not look at deploy/kubernetes.`);
  }
}
