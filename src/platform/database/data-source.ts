import { join } from 'node:path';
import { Client, type ClientConfig, type PoolConfig } from 'pg';
import { DataSource } from 'typeorm';
import { SystemClock } from '../common/clock';
import { takeMigrationLock, type LockWait } from './migration-lock';
import { requireUsableDatabase } from './database-requirements';
import { requireSessions } from './pooling';
import type { OnConnect } from '../private-api/pg';
import type { PostgresDataSourceOptions } from 'typeorm/driver/postgres/PostgresDataSourceOptions';

/** Compiled beside us in `dist`, a level further up in the source tree (tests). */
const MIGRATIONS = __filename.endsWith('.ts')
  ? join(__dirname, '../../../migrations/*.ts')
  : join(__dirname, '../../migrations/*.js');

/**
 * A connection that the server may end at any moment. Between the pool, which has stopped listening to it, and TypeORM, which has not
 * begun to, its error would have no listener and end the process. Whoever uses the connection is told all the same.
 */
class Connection extends Client {
  constructor(config?: ClientConfig) {
    super(config);
    this.on('error', () => undefined);
  }
}

/** The connections of a data source whose connection string may change: each is made with what `url` gives then. */
function connectionsTo(url: () => string): typeof Client {
  return class extends Connection {
    constructor(config?: ClientConfig) {
      super({ ...config, connectionString: url() });
    }
  };
}

/** The class of the connections of a data source, for others to the same database. */
export function connectionClass(dataSource: DataSource): typeof Client {
  return (dataSource.options as { extra: { Client: typeof Client } }).extra.Client;
}

/** What statements and the driver's parsers depend on, whatever `ALTER ROLE` or `ALTER DATABASE` has set. */
const SESSION = `
  SET datestyle = 'ISO, MDY'; SET intervalstyle = 'postgres'; SET timezone = 'UTC'; SET extra_float_digits = 1;
  SET standard_conforming_strings = on; SET default_transaction_isolation = 'read committed'`;

/**
 * The first statement of each connection, which sets the limit of all that follow unless the URL does. A parameter of the connection would
 * do the same, but poolers refuse those that they do not know.
 */
function session(url: string, statementMs?: number): OnConnect {
  const hasLimit = statementMs === undefined || /[?&]statement_timeout=/.test(url);
  const sql = hasLimit ? SESSION : `${SESSION}; SET statement_timeout = ${statementMs}`;
  return { onConnect: (client) => client.query(sql) };
}

/** How long a connection may take to be there. */
const CONNECT_MS = 2_000;

/**
 * How the service connects: never `synchronize`, migrations only by {@link migrate}. `urlNow` is asked for each connection, of an `url` that
 * may change meanwhile.
 */
export function dataSourceOptions(url: string, urlNow?: () => string): PostgresDataSourceOptions {
  return {
    type: 'postgres',
    url,
    applicationName: 'agent-registry',
    synchronize: false,
    migrations: [MIGRATIONS],
    migrationsRun: false,
    logging: false,
    poolSize: 12, // with those of reportingPoolOptions and the one of the watch, 17 in all: docs/deployment.md counts them
    // The server ends what takes too long; the client gives up on a server that does not even answer that.
    extra: {
      Client: urlNow ? connectionsTo(urlNow) : Connection,
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: 10_000,
      keepAlive: true,
      ...session(url, 8_000),
    },
  };
}

/** How `ReportingDatabase` connects. */
export function reportingPoolOptions(dataSource: DataSource, max: number, statementMs: number): PoolConfig & OnConnect {
  const url = (dataSource.options as PostgresDataSourceOptions).url!;
  return {
    connectionString: url,
    application_name: 'agent-registry reporting',
    max,
    Client: connectionClass(dataSource),
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: statementMs + CONNECT_MS,
    keepAlive: true,
    ...session(url, statementMs),
  };
}

/** How a command or a migration connects, whose statements may take their time: by at most two connections. */
export function commandOptions(url: string, applicationName = 'agent-registry'): PostgresDataSourceOptions {
  const extra = { Client: Connection, keepAlive: true, ...session(url) };
  return { ...dataSourceOptions(url), applicationName, poolSize: 2, extra };
}

/** For commands, which a person can end. */
const WAIT_LONG: LockWait = {
  clock: new SystemClock(),
  seconds: 3_600,
  signal: new AbortController().signal,
  tell: (message) => process.stderr.write(`${message}\n`),
};

/**
 * Brings the schema up to date, one replica at a time: the others wait for the advisory lock and then find nothing to do. On
 * connections of its own, because a migration may take its time. Returns the names of the migrations that this call ran.
 *
 * @throws Error as {@link requireSessions}, {@link requireUsableDatabase} and {@link takeMigrationLock} do
 */
export async function migrate(url: string, wait: LockWait = WAIT_LONG): Promise<string[]> {
  const migrator = await new DataSource(commandOptions(url)).initialize();
  const lockHolder = migrator.createQueryRunner();
  try {
    await requireSessions(migrator);
    await requireUsableDatabase((sql, parameters) => lockHolder.query(sql, parameters));
    await takeMigrationLock((sql, parameters) => lockHolder.query(sql, parameters), wait);
    const ran = await migrator.runMigrations({ transaction: 'each' });
    return ran.map(({ name }) => name);
  } finally {
    await lockHolder.release();
    await migrator.destroy(); // and with the connection goes the lock
  }
}
