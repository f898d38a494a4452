// npm run coverage: how much of src/ the unit tests run. It fails when that is less than it was; the limits are raised as it becomes more.
// What unit tests leave out is what needs a server: the layers above them test it, where coverage cannot be had of processes.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Percent of the whole of src/. */
const LEAST = { branches: 86, functions: 63, lines: 33, statements: 33 };

const args = ['unit', '--coverage', '--coverageReporters=text-summary', '--coverageReporters=html'];
const limits = `--coverageThreshold=${JSON.stringify({ global: LEAST })}`;
const { status } = spawnSync(process.execPath, [fileURLToPath(new URL('test.mjs', import.meta.url)), ...args, limits], {
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
