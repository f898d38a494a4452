import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { freePort } from './free-port';

/** A server for tests may lose everything, so it waits for no disk. */
const FAST = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' };
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const cleanups: (() => unknown)[] = [];
let starting: Promise<PromiseSettledResult<void>[]> | undefined;
let stopping: Promise<void> | undefined;

/**
 * Starts what a test run shares and tells the test files through the environment: `TEST_DATABASE_URL_BASE` (a server on
 * which databases may be created), `TEST_TEMPLATE_DATABASE` (migrated once; see `test-database.ts`) and `TEST_REDIS_URL`.
 * A `TEST_DATABASE_URL` or `TEST_REDIS_URL` that is set already is used instead of a server of our own.
 */
export async function startServers(): Promise<void> {
  stopping = undefined;
  for (const signal of SIGNALS) {
    // Jest skips its global teardown when it is interrupted.
    stopOn(process, signal, 128 + constants.signals[signal]);
  }
  // … and when whoever reads its output goes away: npm test | head
  for (const output of [process.stdout, process.stderr]) stopOn(output, 'error', 1);
  try {
    const directory = temporaryDirectory();
    starting = Promise.allSettled([startPostgres(directory), startRedis(directory)]);
    for (const result of await starting) if (result.status === 'rejected') throw result.reason;
  } catch (error) {
    await stopServers();
    throw error;
  }
}

/** Stops and removes all that {@link startServers} made. Safe to call twice. */
export function stopServers(): Promise<void> {
  stopping ??= (async () => {
    await starting; // what is half started cannot be stopped
    for (const cleanup of cleanups.splice(0).toReversed()) {
      try {
        await cleanup();
      } catch (error) {
        console.error('test servers:', error);
      }
    }
  })();
  return stopping;
}

/** Of the product as it was built; jest would compile the sources first. */
function built() {
  const { migrate } =
    require('../../dist/platform/database/data-source') as typeof import('../../src/platform/database/data-source');
  const { EmbeddedPostgres } =
    require('../../dist/platform/database/embedded/embedded-postgres') as typeof import('../../src/platform/database/embedded/embedded-postgres');
  return { migrate, EmbeddedPostgres };
}

function stopOn(emitter: NodeJS.EventEmitter, event: string, exitCode: number): void {
  const stop = (): void => void stopServers().then(() => process.exit(exitCode));
  emitter.on(event, stop);
  cleanups.push(() => emitter.off(event, stop));
}

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'agent-registry-test-'));
  cleanups.push(() => rmSync(directory, { recursive: true, force: true, maxRetries: 3 }));
  chmodSync(directory, 0o711); // as root, PostgreSQL runs under another account
  return directory;
}

async function startPostgres(directory: string): Promise<void> {
  const server = process.env.TEST_DATABASE_URL ?? (await embeddedPostgres(directory));
  const template = `registry_test_${randomBytes(5).toString('hex')}`;
  await withClient(server, async (client) => {
    if (process.env.TEST_DATABASE_URL) cleanups.push(() => dropDatabases(server, template));
    await client.query(`CREATE DATABASE ${template} TEMPLATE template0`);
  });

  const url = new URL(server);
  url.pathname = `/${template}`;
  await built().migrate(url.href);
  publish({ TEST_DATABASE_URL_BASE: server, TEST_TEMPLATE_DATABASE: template });
}

async function embeddedPostgres(directory: string): Promise<string> {
  const server = await built().EmbeddedPostgres.start({ directory, settings: FAST, log: () => undefined });
  cleanups.push(() => server.stop());
  return server.superuserUrl; // who may make databases
}

/** The template and every clone of it that a test file left behind. */
async function dropDatabases(server: string, template: string): Promise<void> {
  await withClient(server, async (client) => {
    const { rows } = await client.query<{ datname: string }>(
      'SELECT datname FROM pg_database WHERE starts_with(datname, $1)',
      [template],
    );
    for (const { datname } of rows) await client.query(`DROP DATABASE ${datname} WITH (FORCE)`);
  });
}

async function withClient(url: string, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

async function startRedis(directory: string): Promise<void> {
  if (process.env.TEST_REDIS_URL) return;
  const port = await freePort();
  const log = join(directory, 'redis.log');
  const options = { port, bind: '127.0.0.1', dir: directory, logfile: log, save: '', appendonly: 'no', databases: 64 };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const server = spawn('redis-server', args, { stdio: 'ignore' });
  const failed = new Promise<never>((_, reject) => {
    server.once('error', () => reject(new Error('no redis-server on the PATH: use npm test, or set TEST_REDIS_URL')));
    server.once('exit', () =>
      reject(new Error(`redis-server ended:\n${readFileSync(log, { encoding: 'utf8', flag: 'a+' })}`)),
    );
  });
  failed.catch(() => undefined);
  cleanups.push(() => ended(server));
  await Promise.race([failed, listening(port)]);
  publish({ TEST_REDIS_URL: `redis://127.0.0.1:${port}` });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill();
  await exit;
}

async function listening(port: number): Promise<void> {
  for (;;) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function publish(variables: Record<string, string>): void {
  for (const [name, value] of Object.entries(variables)) {
    process.env[name] = value;
    cleanups.push(() => delete process.env[name]);
  }
}
