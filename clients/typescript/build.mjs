// Builds dist/cjs and dist/esm with the TypeScript of the repository.
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const TSC = createRequire(import.meta.url).resolve('typescript/bin/tsc');

rmSync(`${HERE}dist`, { recursive: true, force: true });
for (const [configuration, folder, type] of [
  ['tsconfig.json', 'cjs', 'commonjs'],
  ['tsconfig.esm.json', 'esm', 'module'],
]) {
  // To stderr: what npm pack prints belongs to whoever asked for it.
  const { status } = spawnSync(process.execPath, [TSC, '-p', configuration], { cwd: HERE, stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(1);
  // Says of the files beside it which kind of module they are.
  writeFileSync(`${HERE}dist/${folder}/package.json`, `${JSON.stringify({ type })}\n`);
}
