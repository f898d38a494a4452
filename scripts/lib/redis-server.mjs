import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';

const POLICY = '/usr/sbin/policy-rc.d';
const ADVICE =
  'The tests need a Redis. Install redis-server (Debian and Ubuntu: sudo apt-get install redis-server, macOS: brew install redis),\n' +
  'or set TEST_REDIS_URL to one that they may write to.';

/** Makes sure that there is a Redis to test with: `TEST_REDIS_URL`, or a `redis-server` on the PATH, installed if we may. */
export function ensureRedisServer() {
  if (process.env.TEST_REDIS_URL || runs('redis-server')) return;
  if (process.getuid?.() !== 0 || !runs('apt-get')) throw new Error(ADVICE);
  console.log('Installing redis-server for the tests (apt-get) …');
  withoutStartingServices(() => {
    aptGet('update');
    aptGet('install', '-y', '--no-install-recommends', 'redis-server');
  });
  if (!runs('redis-server')) throw new Error(ADVICE);
}

function runs(program) {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;
}

function aptGet(...command) {
  const { status, stdout, stderr } = spawnSync('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=120', ...command], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`apt-get ${command.join(' ')} failed:\n${stdout}${stderr}\n${ADVICE}`);
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
