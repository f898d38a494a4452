// The Node.js that everything is measured on, 24 LTS, and the machine's own for comparison.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { npm } from '../scripts/lib/prepare.mjs';

/** A package of its own, so that nobody who only runs the service has to install it. */
const PACKAGE = fileURLToPath(new URL('node24', import.meta.url));
const LTS = join(PACKAGE, 'node_modules/node24/bin/node');

/**
 * Runs this program again on Node 24, as `node24/package.json` pins it, and ends with its exit code; does nothing when it
 * already runs there, or when the package has no Node for this platform (then the results say which Node they are of).
 */
export async function continueOnLts() {
  if (process.env.BENCH_OWN_NODE) return;
  if (!existsSync(LTS)) npm(['ci', '--no-audit', '--no-fund'], { cwd: PACKAGE });
  if (!existsSync(LTS)) {
    console.error(
      `No Node 24 package for ${process.platform} ${process.arch}: measuring on Node ${process.versions.node}.`,
    );
    return;
  }
  const env = { ...process.env, BENCH_OWN_NODE: process.execPath };
  const child = spawn(LTS, process.argv.slice(1), { stdio: 'inherit', env });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  const [code, signal] = await once(child, 'exit');
  process.exit(code ?? 128 + constants.signals[signal]);
}

/** The Node that the benchmark was started with, unless that is the one that it runs on. */
export function ownNode() {
  const path = process.env.BENCH_OWN_NODE;
  if (!path) return undefined;
  const version = spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout.trim().slice(1);
  return version === process.versions.node ? undefined : { path, version };
}
