// Builds dist/cjs and dist/esm with the TypeScript of the repository; the build before stays usable until this one is there. With --pack,
// the packages that npm pack bundles are put where it looks for them.
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const { resolve } = createRequire(import.meta.url);
const TSC = resolve('typescript/bin/tsc');
/** What the command line shares with the service; compiled into its folder. */
const RULES = join(HERE, '../agent-directory');
const NEXT = `${HERE}dist-${process.pid}`;

try {
  compile(join(RULES, 'tsconfig.json'), join(RULES, 'dist'));
  build('tsconfig.json', 'cjs', 'commonjs');
  cpSync(join(RULES, 'dist'), `${NEXT}/cjs/agent-directory`, { recursive: true });
  build('tsconfig.esm.json', 'esm', 'module');
  rmSync(`${HERE}dist`, { recursive: true, force: true });
  renameSync(NEXT, `${HERE}dist`);
  if (process.argv.includes('--pack')) bundle();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(NEXT, { recursive: true, force: true });
}

/** Workspaces share the packages of the repository, and npm pack looks for bundled ones in the package's own folder only. */
function bundle() {
  const { bundleDependencies } = JSON.parse(readFileSync(`${HERE}package.json`, 'utf8'));
  for (const name of bundleDependencies) {
    const from = dirname(resolve(`${name}/package.json`));
    const to = `${HERE}node_modules/${name}`;
    if (from === to) continue;
    rmSync(to, { recursive: true, force: true });
    cpSync(from, to, { recursive: true });
  }
}

function build(configuration, folder, type) {
  compile(configuration, `${NEXT}/${folder}`);
  // Says of the files beside it which kind of module they are, and where the command line has the rules.
  const imports = { '#agent-directory/*': './agent-directory/*.js' };
  writeFileSync(`${NEXT}/${folder}/package.json`, `${JSON.stringify({ type, imports })}\n`);
}

function compile(configuration, folder) {
  const args = [TSC, '-p', configuration, '--outDir', folder];
  // All output to stderr: what npm pack prints belongs to whoever asked for it.
  const { status } = spawnSync(process.execPath, args, { cwd: HERE, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error(`${configuration}: the compiler has failed`);
}
