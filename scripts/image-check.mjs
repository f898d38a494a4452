// npm run image-check [-- --twice]: builds the image by the real Dockerfile, runs it as an orchestrator would that trusts nobody (a user
// without rights, nothing writable, no capabilities), and prints its size. --twice: builds it a second time and compares.
//
// Nothing is pulled: the base image is put together from Debian (debootstrap) and the Node release that the Dockerfile names (npm), and takes
// the place of the official one by the build argument NODE_IMAGE. Takes root on Debian or Ubuntu, a few minutes and 3 GB under TMPDIR.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { imagePackages } from './lib/image-packages.mjs';
import { ensureBuilt, ensureInstalled, npm } from './lib/prepare.mjs';
import { ensurePrograms } from './lib/programs.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BASE = 'localhost/node-stand-in';
const IMAGE = 'localhost/agent-registry';
const READY_SECONDS = 60;
const CA = '/usr/local/share/ca.crt';
/** As docs/deployment.md has it. */
const MIGRATE =
  "require('./dist/platform/database/data-source.js').migrate(process.env.DATABASE_URL).then(console.log)";
/**
 * Runs "$@" as the first process of a namespace in which the image's files are all there is, and cannot be written. Arguments before it: the
 * files' root, user, group, working directory.
 */
const CONFINED = `
set -e
root=$1 user=$2 group=$3 directory=$4
shift 4
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -o remount,bind,ro "$root"
exec chroot "$root" setpriv --reuid="$user" --regid="$group" --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all \\
  sh -c 'cd "$0" && exec "$@"' "$directory" "$@"
`;

const { values: options } = parseArgs({ options: { twice: { type: 'boolean', default: false } } });
const work = mkdtempSync(join(tmpdir(), 'agent-registry-image-'));
chmodSync(work, 0o711); // PostgreSQL runs under another account
const cleanups = [() => rmSync(work, { recursive: true, force: true })];
try {
  await ensureInstalled();
  await ensureBuilt();
  ensurePrograms(['buildah', 'debootstrap', 'redis-server']);
  makeBase();
  const layers = build();
  if (options.twice) await check('a second build gives the same layers', () => assert.deepEqual(build(), layers));
  const { config } = inspect();
  const container = buildah('from', IMAGE);
  cleanups.push(() => buildah('rm', container));
  const root = buildah('mount', container);
  await checkContents(root, config);
  await checkRunning(root, config);
  tellSize();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  for (const cleanup of cleanups.toReversed()) await cleanup();
}

/** Debian, Node, npm, and a user: what the official image has of what the Dockerfile uses. */
function makeBase() {
  const [, version, release] = /^ARG NODE_IMAGE=node:([\d.]+)-(\w+)-slim$/m.exec(read('Dockerfile'));
  console.log(`A base image of Debian ${release} and Node ${version} …`);
  const root = join(work, 'base');
  run('debootstrap', ['--variant=minbase', release, root]);
  const runtime = `node-linux-${process.arch}`;
  npm(['install', '--no-save', '--ignore-scripts', '--prefix', work, `${runtime}@${version}`], {
    quiet: true,
    cwd: work,
  });
  const local = join(root, 'usr/local');
  cpSync(join(work, 'node_modules', runtime, 'bin/node'), join(local, 'bin/node'));
  cpSync(npmDirectory(), join(local, 'lib/node_modules/npm'), { recursive: true });
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(local, 'bin/npm'));
  run('chroot', [root, 'useradd', '--uid', '1000', '--create-home', 'node']);
  const container = buildah('from', 'scratch');
  buildah('add', '--quiet', container, root, '/');
  buildah('config', '--env', 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', container);
  if (process.env.NODE_EXTRA_CA_CERTS) {
    buildah('copy', '--quiet', container, process.env.NODE_EXTRA_CA_CERTS, CA);
    buildah('config', '--env', `NODE_EXTRA_CA_CERTS=${CA}`, container);
  }
  buildah('commit', '--quiet', '--rm', container, BASE);
}

function npmDirectory() {
  const cli = process.env.npm_execpath ?? realpathSync(run('sh', ['-c', 'command -v npm']));
  return dirname(dirname(cli));
}

/** By the Dockerfile, all files of one time. Gives the digests of the layers. */
function build() {
  console.log('The image …');
  // As many open files as we may have ourselves: npm needs more than buildah's default of 1,024.
  const files = Math.min(65_536, Number(run('sh', ['-c', 'ulimit -Hn'])) || 65_536);
  const args = ['--isolation', 'chroot', '--ulimit', `nofile=${files}:${files}`];
  args.push('--format', 'docker', '--timestamp', '0', '--no-cache');
  const revision = run('git', ['-C', ROOT, 'rev-parse', 'HEAD']);
  const variables = ['--build-arg', `NODE_IMAGE=${BASE}`, '--build-arg', `REVISION=${revision}`];
  buildah('build', ...args, ...variables, '--tag', IMAGE, ROOT);
  return inspect().rootfs.diff_ids;
}

function inspect() {
  return JSON.parse(buildah('inspect', '--type', 'image', IMAGE)).Docker;
}

async function checkContents(root, config) {
  await check('labels say what it is', () => {
    const { version } = JSON.parse(read('package.json'));
    assert.equal(config.Labels['org.opencontainers.image.version'], version);
    assert.match(config.Labels['org.opencontainers.image.revision'], /^[0-9a-f]{40}$/);
  });
  await check('it has the packages of production, and no others', () => {
    const wanted = imagePackages(JSON.parse(read('package-lock.json')));
    const there = JSON.parse(readFileSync(join(root, 'app/node_modules/.package-lock.json'), 'utf8')).packages;
    assert.deepEqual(Object.keys(there).toSorted(), wanted);
    const scopes = readdirSync(join(root, 'app/node_modules')).filter((name) => !name.startsWith('.'));
    for (const name of scopes)
      assert.ok(
        wanted.some((path) => path.split('/')[1] === name),
        `${name} is there`,
      );
  });
  await check('it has no tests, no sources and no package manager', () => {
    assert.deepEqual(readdirSync(join(root, 'app')).toSorted(), ['dist', 'node_modules', 'package.json']);
    const built = readdirSync(join(root, 'app/dist'), { recursive: true });
    assert.deepEqual(
      built.filter((file) => /\.(ts|map)$|\.spec\./.test(file)),
      [],
    );
    for (const name of ['npm', 'npx', 'yarn', 'corepack'])
      assert.ok(!existsSync(join(root, 'usr/local/bin', name)), name);
  });
}

async function checkRunning(root, config) {
  const { url: database, stop } = await startPostgres();
  cleanups.push(stop);
  const [port, redis] = [await freePort(), await freePort()];
  const cache = spawn('redis-server', ['--port', String(redis), '--bind', '127.0.0.1', '--save', ''], {
    stdio: 'ignore',
  });
  cleanups.push(() => cache.kill());
  const env = {
    ...Object.fromEntries(
      config.Env.map((each) => [each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)]),
    ),
    DATABASE_URL: database,
    REDIS_URL: `redis://127.0.0.1:${redis}`,
    AUTH_MODE: 'none',
    SERVER_HOST: '127.0.0.1',
    SERVER_PORT: String(port),
  };
  const start = (command) => confined(root, config, command, env);
  const service = start([...config.Entrypoint, ...config.Cmd]);
  cleanups.push(() => service.child.kill('SIGKILL'));

  await check('it gets ready', async () => {
    const until = performance.now() + READY_SECONDS * 1000;
    while ((await status(`http://127.0.0.1:${port}/health/ready`)) !== 200) {
      assert.equal(service.child.exitCode, null, service.output());
      assert.ok(performance.now() < until, service.output());
      await pause(100);
    }
  });
  const pid = Number(readFileSync(`/proc/${service.child.pid}/task/${service.child.pid}/children`, 'utf8'));
  await check('it is node that runs, as process 1 of a user without any rights', () => {
    const facts = Object.fromEntries(
      [...readFileSync(`/proc/${pid}/status`, 'utf8').matchAll(/^(\w+):\s*(.*)$/gm)].map(([, name, fact]) => [
        name,
        fact,
      ]),
    );
    assert.equal(facts.NSpid.split('\t').at(-1), '1');
    assert.equal(readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0], 'node');
    assert.deepEqual(facts.Uid.split('\t'), Array(4).fill(config.User.split(':')[0]));
    assert.deepEqual([facts.CapEff, facts.CapBnd, facts.NoNewPrivs], ['0'.repeat(16), '0'.repeat(16), '1']);
  });
  await check('it can write nowhere', async () => {
    const write = `for (const path of ['/app', '/tmp', '/var/tmp', '/home/node']) {
      try { require('fs').writeFileSync(path + '/x', ''); console.log(path); } catch (error) { console.log(error.code); } }`;
    const { child, output } = start(['node', '-e', write]);
    await once(child, 'close');
    assert.deepEqual(output().trim().split('\n'), Array(4).fill('EROFS'));
  });
  await check('HEALTHCHECK says that it is alive', async () => {
    const [kind, ...command] = config.Healthcheck.Test;
    assert.equal(kind, 'CMD');
    const { child, output } = start(command);
    assert.deepEqual(await once(child, 'close'), [0, null], output());
  });
  await check('it registers an agent', async () => {
    const response = await fetch(`http://127.0.0.1:${port}/agents/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Checker', type: 'worker' }),
    });
    assert.equal(response.status, 201);
  });
  await check('the importer is there as well', async () => {
    const { child, output } = start([...config.Entrypoint, 'dist/import/import.main.js', '--help']);
    assert.deepEqual(await once(child, 'close'), [0, null], output());
  });
  await check('migrations can be run without the service', async () => {
    const { child, output } = start([...config.Entrypoint, '-e', MIGRATE]);
    assert.deepEqual(await once(child, 'close'), [0, null], output());
    assert.equal(output().trim(), '[]');
  });
  await check('SIGTERM ends it, with exit code 0', async () => {
    process.kill(pid, 'SIGTERM');
    assert.deepEqual(await once(service.child, 'close'), [0, null], service.output());
  });
}

function confined(root, { User, WorkingDir }, command, env) {
  const args = [
    '--mount',
    '--pid',
    '--fork',
    '--kill-child',
    'sh',
    '-c',
    CONFINED,
    'sh',
    root,
    ...User.split(':'),
    WorkingDir,
  ];
  const child = spawn('unshare', [...args, ...command], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  return { child, output: () => output };
}

async function startPostgres() {
  const { EmbeddedPostgres } = createRequire(import.meta.url)(
    '../dist/platform/database/embedded/embedded-postgres.js',
  );
  const directory = join(work, 'data');
  mkdirSync(directory, { mode: 0o711 });
  const server = await EmbeddedPostgres.start({ directory, log: () => undefined });
  return { url: server.url, stop: () => server.stop() };
}

/** Of its layers; the base's is that of the stand-in, which the official image replaces. */
function tellSize() {
  const directory = join(work, 'oci');
  buildah('push', '--quiet', IMAGE, `oci:${directory}:check`);
  const blob = (digest) => readFileSync(join(directory, 'blobs', ...digest.split(':')));
  const { manifests } = JSON.parse(readFileSync(join(directory, 'index.json'), 'utf8'));
  const [base, ...ours] = JSON.parse(blob(manifests[0].digest)).layers.map(({ digest, size }) => {
    return { packed: size, unpacked: gunzipSync(blob(digest)).length };
  });
  const sum = (layers, key) => (layers.reduce((total, layer) => total + layer[key], 0) / 1e6).toFixed(1);
  console.log(
    `size: ${sum(ours, 'packed')} MB to pull (${sum(ours, 'unpacked')} MB unpacked) on top of the base image`,
  );
  console.log(`      (the stand-in for that: ${sum([base], 'packed')} MB, ${sum([base], 'unpacked')} MB unpacked)`);
}

async function check(what, look) {
  try {
    await look();
  } catch (error) {
    throw new Error(`FAIL  ${what}:\n${error.message}`, { cause: error });
  }
  console.log(`ok    ${what}`);
}

async function status(url) {
  return (await fetch(url).catch(() => undefined))?.status;
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

function buildah(...args) {
  return run('buildah', ['--root', join(work, 'storage'), '--runroot', join(work, 'run'), ...args]);
}

function run(program, args) {
  const {
    error,
    status: code,
    stdout,
    stderr,
  } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (error || code !== 0)
    throw new Error(`${program} ${args.join(' ')} failed:\n${error?.message ?? stdout + stderr}`);
  return stdout.trim();
}

function read(name) {
  return readFileSync(join(ROOT, name), 'utf8');
}
