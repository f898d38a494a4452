import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';

const POLICY = '/usr/sbin/policy-rc.d';
/** What the tests run, by the package (of Debian, Ubuntu, Homebrew) that brings it. */
const PROGRAMS = {
  'redis-server': { programs: ['redis-server'], brew: 'redis', isNeeded: () => !process.env.TEST_REDIS_URL },
  prometheus: { programs: ['prometheus', 'promtool'], brew: 'prometheus', isNeeded: () => true },
};

/** Makes sure that the programs that the tests run are on the PATH: installs what is missing if we may, else says how to. */
export function ensureTestPrograms() {
  const missing = missingPackages();
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || !runs('apt-get')) throw new Error(advice(missing));
  console.log(`Installing ${missing.join(' and ')} for the tests (apt-get) …`);
  withoutStartingServices(() => {
    aptGet('update');
    aptGet('install', '-y', '--no-install-recommends', ...missing);
  });
  const stillMissing = missingPackages();
  if (stillMissing.length > 0) throw new Error(advice(stillMissing));
}

function missingPackages() {
  return Object.keys(PROGRAMS).filter((name) => PROGRAMS[name].isNeeded() && !PROGRAMS[name].programs.every(runs));
}

function advice(missing) {
  const brews = missing.map((name) => PROGRAMS[name].brew);
  return (
    `The tests need ${missing.join(' and ')}. Debian and Ubuntu: sudo apt-get install ${missing.join(' ')}, macOS: brew install ${brews.join(' ')}.` +
    (missing.includes('redis-server') ? '\nOr set TEST_REDIS_URL to a Redis that they may write to.' : '')
  );
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
  if (status === 0) return;
  throw new Error(`apt-get ${command.join(' ')} failed:\n${stdout}${stderr}\n${advice(missingPackages())}`);
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
