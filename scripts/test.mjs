// npm test: whatever the tests need, then jest. Arguments go on to jest: npm test -- --selectProjects unit -t paging
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { ensureBuilt, ensureInstalled } from './lib/prepare.mjs';
import { ensurePrograms } from './lib/programs.mjs';

try {
  await ensureInstalled();
  await ensureBuilt();
  const redis = process.env.TEST_REDIS_URL ? [] : ['redis-server'];
  ensurePrograms([...redis, 'prometheus', 'python3', 'curl']);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}

try {
  ensurePrograms(['kubernetes-client']);
} catch (error) {
  console.warn(`${error.message}\nWithout it the tests do not look at deploy/kubernetes.`); // not every distribution has it
}

const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
const child = spawn(process.execPath, [jest, ...process.argv.slice(2)], { stdio: 'inherit' });
child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));

// Jest has servers to stop, so it ends first, and we with it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
// A SIGTERM to npm ends the shell between us and leaves us behind.
const parent = process.ppid;
setInterval(() => process.ppid === parent || child.kill('SIGTERM'), 500).unref();
