import { randomBytes } from 'node:crypto';
import { Client, Pool } from 'pg';

/** Any number; every worker of a run must use it. */
const CLONE_LOCK = 7_264_012;

/** A database of a test file's own. */
export interface TestDatabase {
  /** Connection string, for the application under test. */
  readonly url: string;
  /** Runs SQL on a connection beside the application's. */
  query<Row extends object = Record<string, unknown>>(sql: string, parameters?: unknown[]): Promise<Row[]>;
  /** Removes it, whoever is still connected. */
  drop(): Promise<void>;
}

/** A migrated, empty database: a copy of the run's template, in well under a second. */
export function createTestDatabase(): Promise<TestDatabase> {
  return create(variable('TEST_TEMPLATE_DATABASE'));
}

/** A database without any table, to try migrations on. */
export function emptyDatabase(): Promise<TestDatabase> {
  return create('template0');
}

async function create(template: string): Promise<TestDatabase> {
  const name = `${variable('TEST_TEMPLATE_DATABASE')}_${randomBytes(5).toString('hex')}`;
  await onServer(async (server) => {
    // PostgreSQL copies no template that somebody is connected to, and a copy in progress counts as somebody.
    await server.query('SELECT pg_advisory_lock($1)', [CLONE_LOCK]);
    await server.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  });
  const url = new URL(variable('TEST_DATABASE_URL_BASE'));
  url.pathname = `/${name}`;

  const pool = new Pool({ connectionString: url.href, max: 4, idleTimeoutMillis: 1000, allowExitOnIdle: true });
  pool.on('error', () => undefined); // a test may cut every connection, this idle one as well
  return {
    url: url.href,
    query: async <Row extends object>(sql: string, parameters?: unknown[]) =>
      (await pool.query<Row>(sql, parameters)).rows,
    drop: async () => {
      await pool.end();
      await onServer((server) => server.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
    },
  };
}

async function onServer(work: (server: Client) => Promise<unknown>): Promise<void> {
  const server = new Client({ connectionString: variable('TEST_DATABASE_URL_BASE') });
  await server.connect();
  try {
    await work(server);
  } finally {
    await server.end();
  }
}

function variable(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: the global set-up of jest.config.js starts the servers`);
  return value;
}
