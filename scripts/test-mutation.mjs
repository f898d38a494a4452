// npm run test:mutation [-- OPTIONS OF STRYKER]: changes the rules of test/mutation/rules.js in many small ways, and fails when their tests
// notice too few of the changes. `-- --mutate src/agent/agent-id.ts` for one file, `-- --mutate src/agent/agent-id.ts:10-20` for some lines.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled, npm } from './lib/prepare.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** A package of its own: with its dependencies it is 65 MB, which only those install who run it. */
const FOLDER = join(ROOT, 'test/mutation');
const STRYKER = join(FOLDER, 'node_modules/@stryker-mutator/core/bin/stryker.js');

await ensureInstalled();
if (!isInstalled()) npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: FOLDER });
const args = ['run', 'test/mutation/stryker.config.mjs', ...process.argv.slice(2)];
const { status } = spawnSync(process.execPath, [STRYKER, ...args], { cwd: ROOT, stdio: 'inherit' });
process.exitCode = status ?? 1;

function isInstalled() {
  const installed = join(FOLDER, 'node_modules/.package-lock.json');
  if (!existsSync(installed)) return false;
  const versions = (file) =>
    Object.entries(JSON.parse(readFileSync(file, 'utf8')).packages).map(([path, { version }]) => `${path} ${version}`);
  const present = new Set(versions(installed));
  return versions(join(FOLDER, 'package-lock.json')).every((each) => each.startsWith(' ') || present.has(each));
}
