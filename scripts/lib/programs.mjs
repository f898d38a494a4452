import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';

const POLICY = '/usr/sbin/policy-rc.d';
/** What the tests, benchmarks and checks run, by the package of Debian and Ubuntu that brings it; and Homebrew's name of that. */
const PACKAGES = {
  'redis-server': {
    programs: ['redis-server'],
    brew: 'redis',
    instead: 'set TEST_REDIS_URL to a Redis that they may write to',
  },
  prometheus: { programs: ['prometheus', 'promtool'], brew: 'prometheus' },
  pgbouncer: { programs: ['pgbouncer'], brew: 'pgbouncer' },
  python3: { programs: ['python3'], brew: 'python' },
  openssl: { programs: ['openssl'], brew: 'openssl' },
  curl: { programs: ['curl'], brew: 'curl' },
  jq: { programs: ['jq'], brew: 'jq' },
  'kubernetes-client': { programs: ['kubectl'], brew: 'kubernetes-cli' },
  wrk: { programs: ['wrk'], brew: 'wrk' },
  'etcd-server': { programs: ['etcd'], brew: 'etcd' },
  buildah: { programs: ['buildah'] },
  debootstrap: { programs: ['debootstrap'] },
};

/** Makes sure that the programs of these packages are on the PATH: installs what is missing if we may, else says how to. */
export function ensurePrograms(packages) {
  const missing = missingOf(packages);
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || !isOnPath('apt-get')) throw new Error(advice(missing));
  console.log(`Installing ${missing.join(' and ')} (apt-get) …`);
  withoutStartingServices(() => {
    aptGet('update');
    aptGet('install', '-y', '--no-install-recommends', ...missing);
  });
  const stillMissing = missingOf(missing);
  if (stillMissing.length > 0) throw new Error(advice(stillMissing));
}

function missingOf(packages) {
  return packages.filter((name) => !PACKAGES[name].programs.every(isOnPath));
}

function advice(missing) {
  const brews = missing.flatMap((name) => PACKAGES[name].brew ?? []);
  const instead = missing.flatMap((name) => PACKAGES[name].instead ?? []);
  const onMacOs = brews.length < missing.length ? '' : `, macOS: brew install ${brews.join(' ')}`;
  return [
    `${missing.join(' and ')} must be on the PATH. Debian and Ubuntu: sudo apt-get install ${missing.join(' ')}${onMacOs}.`,
    ...instead.map((way) => `Or ${way}.`),
  ].join('\n');
}

/** Some programs end with a failure when they are asked for their version, but then they are there. */
function isOnPath(program) {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;
}

function aptGet(...command) {
  const { status, stdout, stderr } = spawnSync('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=120', ...command], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`apt-get ${command.join(' ')} failed:\n${stdout}${stderr}`);
}

/** Debian starts a service when its package is installed, unless this file says no (exit status 101). */
function withoutStartingServices(install) {
  if (existsSync(POLICY)) return install();
  writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    return install();
  } finally {
    rmSync(POLICY, { force: true });
  }
}
