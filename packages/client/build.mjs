// Builds dist/cjs and dist/esm with the TypeScript of the repository. Whoever uses the build before this one is not disturbed.
import { spawnSync } from 'node:child_process';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const TSC = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const NEXT = `${HERE}dist-${process.pid}`;

try {
  build('tsconfig.json', 'cjs', 'commonjs');
  build('tsconfig.esm.json', 'esm', 'module');
  rmSync(`${HERE}dist`, { recursive: true, force: true });
  renameSync(NEXT, `${HERE}dist`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(NEXT, { recursive: true, force: true });
}

function build(configuration, folder, type) {
  const args = [TSC, '-p', configuration, '--outDir', `${NEXT}/${folder}`];
  // All output to stderr: what npm pack prints belongs to whoever asked for it.
  const { status } = spawnSync(process.execPath, args, { cwd: HERE, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error(`${configuration}: the compiler has failed`);
  // Says of the files beside it which kind of module they are.
  writeFileSync(`${NEXT}/${folder}/package.json`, `${JSON.stringify({ type })}\n`);
}
