// npm run openapi: writes openapi.json from the code. With --check it only says whether the committed one is still true.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ensureBuilt, ensureInstalled } from './lib/prepare.mjs';

const FILE = fileURLToPath(new URL('../openapi.json', import.meta.url));
const PROGRAM = fileURLToPath(new URL('../dist/openapi.js', import.meta.url));

await ensureInstalled();
await ensureBuilt();
const current = `${JSON.stringify(sorted(JSON.parse(execFileSync(process.execPath, [PROGRAM], { encoding: 'utf8' }))), null, 2)}\n`;

if (process.argv.includes('--check')) {
  const line = firstDifference(committed().split('\n'), current.split('\n'));
  if (line) {
    console.error(`openapi.json is stale (first difference in line ${line}): run npm run openapi and commit it.`);
    process.exitCode = 1;
  }
} else {
  writeFileSync(FILE, current);
}

/** Paths and components by name, so that moving code about changes nothing; everything else in the order of the source. */
function sorted(document) {
  const byName = (object) => Object.fromEntries(Object.entries(object).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const components = Object.entries(document.components ?? {}).map(([kind, members]) => [kind, byName(members)]);
  return { ...document, paths: byName(document.paths), components: byName(Object.fromEntries(components)) };
}

function committed() {
  try {
    return readFileSync(FILE, 'utf8');
  } catch {
    return '';
  }
}

function firstDifference(before, after) {
  const length = Math.max(before.length, after.length);
  for (let i = 0; i < length; i++) if (before[i] !== after[i]) return i + 1;
  return 0;
}
