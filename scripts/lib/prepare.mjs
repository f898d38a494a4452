// What every command needs first: the packages of package-lock.json in node_modules, and dist/ built from the sources.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const STAMP = join(ROOT, 'dist/.built');
/** How often an installation says how far it is. */
const PROGRESS_MS = 5_000;
const RULES = 'packages/agent-directory';
const SOURCES = [
  'src',
  `${RULES}/src`,
  `${RULES}/tsconfig.json`,
  'migrations',
  'nest-cli.json',
  'package.json',
  'package-lock.json',
];

/**
 * Runs `npm ci` unless node_modules holds what package-lock.json asks for. Goes by content, not by file times, which say
 * nothing after a checkout or a copy.
 */
export async function ensureInstalled() {
  if (isInstalled()) return;
  await alone(async () => {
    if (isInstalled()) return;
    const isFirst = !existsSync(join(ROOT, 'node_modules'));
    const first = `The first start installs ${wantedPaths().length} packages and builds: that takes some minutes.\n`;
    console.error(`${isFirst ? first : ''}Installing the packages of package-lock.json (npm ci) …`);
    const progress = setInterval(showProgress, PROGRESS_MS, performance.now());
    try {
      // In production npm would leave out what the build needs.
      await npmMeanwhile(['ci', '--include=dev', '--no-audit', '--no-fund', '--no-progress']);
    } finally {
      clearInterval(progress);
    }
    console.error(`Installed ${wantedPaths().filter(isThere).length} packages`);
  });
  useHooks();
}

function showProgress(began) {
  const paths = wantedPaths();
  const seconds = Math.round((performance.now() - began) / 1000);
  console.error(`  ${paths.filter(isThere).length} of ${paths.length} packages after ${seconds} s`);
}

/** Where the packages go that this machine needs. */
function wantedPaths() {
  const packages = Object.entries(packagesOf(join(ROOT, 'package-lock.json')));
  return packages
    .filter(([path, { os, cpu }]) => path !== '' && isFor(os, process.platform) && isFor(cpu, process.arch))
    .map(([path]) => path);
}

function isFor(list, ours) {
  return !list || (list.some((each) => each.startsWith('!')) ? !list.includes(`!${ours}`) : list.includes(ours));
}

function isThere(path) {
  return existsSync(join(ROOT, path, 'package.json'));
}

/** Runs `npm run build` unless dist/ was built from the sources as they are now. `quiet`: shows nothing if it succeeds. */
export async function ensureBuilt({ quiet = false } = {}) {
  if (isBuilt()) return;
  await alone(() => {
    if (isBuilt()) return;
    if (!quiet) console.error('Building (npm run build) …');
    const sources = fingerprints();
    // Without its output, the compiler's record of what it has built is wrong.
    if (!existsSync(join(ROOT, 'dist/main.js'))) rmSync(join(ROOT, 'dist'), { recursive: true, force: true });
    removeOutputs(Object.keys(builtFrom()).filter((file) => !(file in sources)));
    rmSync(STAMP, { force: true });
    npm(['run', '--silent', 'build'], { quiet });
    mkdirSync(join(ROOT, 'dist'), { recursive: true });
    writeFileSync(STAMP, JSON.stringify(sources));
  });
}

/** Makes the next {@link ensureBuilt} build: for whoever is going to write into dist/ by other means. */
export function forgetBuild() {
  rmSync(STAMP, { force: true });
}

/** Points git at `.githooks/`, unless it has been told otherwise or this is no checkout. */
function useHooks() {
  const config = (...args) => spawnSync('git', ['config', ...args], { cwd: ROOT, stdio: 'ignore' }).status;
  if (existsSync(join(ROOT, '.git')) && config('core.hooksPath') === 1) config('core.hooksPath', '.githooks');
}

function isInstalled() {
  const wanted = packagesOf(join(ROOT, 'package-lock.json'));
  const installed = packagesOf(join(ROOT, 'node_modules/.package-lock.json'));
  return Object.entries(wanted).every(([path, { version, optional, devOptional }]) => {
    // The root itself is not installed, and an optional package may be for another platform.
    if (path === '' || (!(path in installed) && (optional || devOptional))) return true;
    return installed[path]?.version === version;
  });
}

function packagesOf(lockfile) {
  return existsSync(lockfile) ? JSON.parse(readFileSync(lockfile, 'utf8')).packages : {};
}

function isBuilt() {
  return existsSync(join(ROOT, 'dist/main.js')) && JSON.stringify(builtFrom()) === JSON.stringify(fingerprints());
}

function builtFrom() {
  return existsSync(STAMP) ? JSON.parse(readFileSync(STAMP, 'utf8')) : {};
}

/** The compiler never removes what came from a source that is gone; a migration, say, would still run. */
function removeOutputs(sources) {
  for (const file of sources) {
    const place = file.replace(/^src\//, '').replace(/^packages\/agent-directory\/src\//, 'agent-directory/');
    const output = join(ROOT, 'dist', place.replace(/\.ts$/, '.js'));
    for (const each of [output, `${output}.map`]) rmSync(each, { force: true });
  }
}

/** A hash of each file that the build depends on. */
function fingerprints() {
  const configurations = readdirSync(ROOT).filter((name) => /^tsconfig.*\.json$/.test(name));
  const files = [...SOURCES, ...configurations].flatMap((name) => filesIn(join(ROOT, name)));
  const hash = (file) => createHash('sha256').update(readFileSync(file)).digest('base64url').slice(0, 16);
  return Object.fromEntries(
    files.toSorted((a, b) => (a < b ? -1 : 1)).map((file) => [relative(ROOT, file).split(sep).join('/'), hash(file)]),
  );
}

function filesIn(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  const entries = readdirSync(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.spec.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Runs npm, all of its output to stderr: stdout belongs to the command that is being prepared. */
export function npm(args, { quiet = false, cwd = ROOT } = {}) {
  const { program, before, shell } = npmCommand();
  const { status, error, stdout, stderr } = spawnSync(program, [...before, ...args], {
    cwd,
    shell,
    stdio: ['ignore', quiet ? 'pipe' : 2, quiet ? 'pipe' : 2],
    encoding: 'utf8',
  });
  if (status === 0) return;
  throw new Error(`${stdout ?? ''}${stderr ?? ''}npm ${args.join(' ')} failed${error ? `: ${error.message}` : ''}`);
}

/** The same without blocking this process. */
async function npmMeanwhile(args) {
  const { program, before, shell } = npmCommand();
  const child = spawn(program, [...before, ...args], { cwd: ROOT, shell, stdio: ['ignore', 2, 2] });
  const outcome = await once(child, 'close').then(
    ([status]) => (status === 0 ? undefined : ''),
    (error) => `: ${error.message}`,
  );
  if (outcome !== undefined) throw new Error(`npm ${args.join(' ')} failed${outcome}`);
}

/** npm itself tells us where it is. Elsewhere it is on the PATH, on Windows as a script that only a shell can run. */
function npmCommand() {
  const cli = process.env.npm_execpath;
  if (cli?.endsWith('npm-cli.js')) return { program: process.execPath, before: [cli], shell: false };
  return { program: 'npm', before: [], shell: process.platform === 'win32' };
}

/** Lets only one process at a time work on node_modules and dist/, say `npm start` in one terminal, `npm test` in another. */
async function alone(work) {
  const name = `agent-registry-${createHash('sha256').update(ROOT).digest('hex').slice(0, 12)}.lock`;
  const lock = join(tmpdir(), name);
  while (!acquire(lock)) await delay(200);
  try {
    await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function acquire(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  if (!isAlive(holderOf(lock))) rmSync(lock, { force: true });
  return false;
}

function holderOf(lock) {
  try {
    return Number(readFileSync(lock, 'utf8'));
  } catch {
    return 0;
  }
}

function isAlive(pid) {
  try {
    return pid === 0 || process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}
