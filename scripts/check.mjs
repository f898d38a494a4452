// npm run check: everything but the tests. Arguments choose steps: npm run check -- lint types
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './lib/prepare.mjs';

/** What a small CI machine can do at once. */
const AT_ONCE = 2;
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CODE = ['src', 'test', 'migrations', 'bench', 'deploy', 'scripts', 'packages'].filter((folder) =>
  existsSync(`${ROOT}/${folder}`),
);
const BUILD =
  "import { ensureBuilt } from './scripts/lib/prepare.mjs'; await ensureBuilt().catch((e) => { console.error(e.message); process.exitCode = 1; });";

/** Arguments of node, by step, in the order in which they start. */
const STEPS = {
  build: ['--input-type=module', '--eval', BUILD],
  types: ['node_modules/typescript/bin/tsc', '--noEmit'],
  lint: ['node_modules/oxlint/bin/oxlint', '--disable-nested-config'],
  format: ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'],
  boundaries: ['node_modules/dependency-cruiser/bin/dependency-cruise.mjs', ...CODE],
  unused: ['node_modules/knip/bin/knip.js', '--no-progress'],
  openapi: ['scripts/openapi.mjs', '--check'],
  compat: ['scripts/api-compat.mjs'],
  client: ['scripts/client-types.mjs', '--check'],
  api: ['node_modules/@redocly/cli/bin/cli.js', 'lint', '--max-problems', '1000'],
  metrics: ['scripts/metrics-doc.mjs', '--check'],
  rules: ['scripts/prometheus-rule.mjs', '--check'],
  drift: ['scripts/drift.mjs'],
  audit: ['scripts/audit.mjs'],
};
/** Redocly would ask its maker for a newer version. */
const ENV = { ...process.env, REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
/** They run what is built, so they wait for it. */
const AFTER_BUILD = ['openapi', 'metrics', 'drift'];

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(STEPS);
const unknown = names.filter((name) => !(name in STEPS));
if (unknown.length > 0) {
  console.error(`No such step: ${unknown.join(', ')}. There are: ${Object.keys(STEPS).join(', ')}`);
  process.exit(1);
}

await ensureInstalled();
const waiting = [...names];
/** Promises of true (passed) or false, by step. */
const results = new Map();
await Promise.all(Array.from({ length: AT_ONCE }, work));
const failed = [];
for (const name of names) if (!(await results.get(name))) failed.push(name);
console.log(failed.length > 0 ? `\nFailed: ${failed.join(', ')}` : '\nAll checks passed');
process.exitCode = failed.length > 0 ? 1 : 0;

/** Takes one step after the other until none is left. */
async function work() {
  for (let name = waiting.shift(); name; name = waiting.shift()) {
    results.set(name, check(name));
    await results.get(name);
  }
}

async function check(name) {
  if (AFTER_BUILD.includes(name) && (await results.get('build')) === false) {
    console.log(`skip  ${name}: there is no build to run it on`);
    return false;
  }
  const began = performance.now();
  const { passed, output } = await run(STEPS[name]);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`${passed ? 'ok  ' : 'FAIL'}  ${name.padEnd(10)} ${seconds.padStart(5)} s`);
  if (!passed) console.log(`\n${output.trim()}\n`);
  else for (const note of output.match(/^note: .*/gm) ?? []) console.log(`      ${note}`);
  return passed;
}

function run(args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: ROOT, env: ENV, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('close', (code) => resolve({ passed: code === 0, output }));
  });
}
