import * as fs from 'node:fs';
import * as path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, DatabaseError, type ClientConfig } from 'pg';
import { chooseAccount, PostgresBinaries, serverOptions } from './embedded-postgres.binaries';
import {
  choosePort,
  HOST,
  isPostmasterOf,
  locateHome,
  openCluster,
  readEndOfLog,
  readPostmasterFile,
  disownPostmasterFile,
  type Cluster,
} from './embedded-postgres.cluster';
import { databaseUrl, prepareDatabase, serviceLogin } from './embedded-postgres.database';

/** The advisory lock, in the database `postgres`, that every user of the server holds a share of. */
const USERS_LOCK = 4_031_871;
const KEEPER = { application_name: 'agent-registry keeper', connectionTimeoutMillis: 5_000, keepAlive: true };

/** How long bringing the server up may take, crash recovery included. */
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 60_000;
const MAX_FAILED_STARTS = 6;
const MAX_PAUSE_MS = 5_000;
const WATCH_INTERVAL_MS = 1_000;

/** SQLSTATE codes of PostgreSQL: it is starting or stopping; all connections are taken. */
const NOT_NOW = ['57P03', '53300'];
const ADMIN_SHUTDOWN = '57P01';

export interface EmbeddedPostgresOptions {
  /** DATA_DIR; the cluster lives in `<directory>/postgres`. */
  directory: string;
  /** Server parameters, for example `{ fsync: 'off' }`. They are those of whoever starts the server. */
  settings?: Record<string, string>;
  log: (message: string) => void;
}

/**
 * A real PostgreSQL that needs no installation, shared by all processes that use one DATA_DIR.
 *
 * The first to come starts the server, the last to leave stops it. Who is there is known to the server alone: each user
 * keeps a connection (the keeper) that holds a shared advisory lock, and the one who gets the exclusive lock was the
 * last. A process that is killed loses its lock with its connection, so there is nothing to clean up after it; the
 * server that it leaves behind is used by the next to come.
 */
export class EmbeddedPostgres {
  private readonly leaving = new AbortController();
  private keeper?: Client;
  private port?: number;
  private recovery?: Promise<void>;
  private watch?: NodeJS.Timeout;
  private stopped?: Promise<void>;

  private constructor(
    private readonly cluster: Cluster,
    private readonly binaries: PostgresBinaries,
    private readonly settings: Record<string, string>,
    private readonly log: (message: string) => void,
  ) {}

  /**
   * Starts the server, or joins the one that is running. It listens on 127.0.0.1 only, with random passwords. Should it
   * die before {@link stop}, it is brought back on the same port.
   * @throws Error that says what to do, when there is no PostgreSQL for this platform, when the data is of another
   *   release, or when the server does not come up within a minute.
   */
  static async start(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
    const { directory, settings = {}, log } = options;
    const home = locateHome(directory, log);
    const account = chooseAccount(path.join(home, 'data'));
    const binaries = await PostgresBinaries.find(account, log);
    const cluster = await openCluster(home, { binaries, account, durable: settings.fsync !== 'off', log });
    const server = new EmbeddedPostgres(cluster, binaries, settings, log);
    await server.join();
    try {
      await server.prepareDatabase();
    } catch (error) {
      await server.stop();
      throw error;
    }
    server.watch = setInterval(() => void server.finishForeignStop(), WATCH_INTERVAL_MS).unref();
    return server;
  }

  /** Whether there is a cluster in a `directory` of {@link EmbeddedPostgresOptions}, running or not. */
  static exists(directory: string): boolean {
    return (
      fs.existsSync(directory) &&
      fs.existsSync(
        path.join(
          locateHome(directory, () => undefined),
          'credentials.json',
        ),
      )
    );
  }

  /**
   * The connection string of the registry's database, for a role that owns it and has no other rights. It stays the same for as long as
   * this is not stopped.
   */
  get url(): string {
    return databaseUrl(serviceLogin(this.cluster), HOST, this.port);
  }

  /** The same for the superuser of the server, who may make other databases there. */
  get superuserUrl(): string {
    return databaseUrl(this.cluster, HOST, this.port);
  }

  /** Where the data is: `<DATA_DIR>/postgres`, unless the account that PostgreSQL runs as cannot go there. */
  get directory(): string {
    return this.cluster.home;
  }

  /** Leaves the server, and stops it when nobody else uses it. May be called more than once. */
  stop(): Promise<void> {
    return (this.stopped ??= this.leave());
  }

  private async leave(): Promise<void> {
    this.leaving.abort();
    clearInterval(this.watch);
    await this.recovery;
    const keeper = this.keeper;
    if (!keeper) return;
    try {
      await keeper.query('SELECT pg_advisory_unlock_shared($1)', [USERS_LOCK]);
      const { rows } = await keeper.query<{ last: boolean }>('SELECT pg_try_advisory_lock($1) AS last', [USERS_LOCK]);
      // Whoever comes now gets no share of the lock, waits until the server is gone, and starts it again.
      if (rows[0]?.last) await this.stopServer();
    } catch (error) {
      // Another user has left a moment after us, and stops it.
      if (error instanceof DatabaseError && error.code === ADMIN_SHUTDOWN) return;
      this.log(`PostgreSQL was not stopped: ${(error as Error).message}`);
    } finally {
      await keeper.end().catch(() => undefined);
    }
  }

  /** Attaches to the running server or starts it, as often as it takes while others start and stop it too. */
  private async join(): Promise<void> {
    const deadline = Date.now() + START_TIMEOUT_MS;
    let failedStarts = 0;
    for (let pause = 50; ; pause = Math.min(pause * 2, 1_000)) {
      let reason: unknown;
      try {
        return await this.attach();
      } catch (error) {
        reason = error;
      }
      if (!(reason instanceof NotNow)) {
        try {
          await this.startServer();
          continue;
        } catch (error) {
          reason = error;
          failedStarts += 1;
          disownPostmasterFile(this.cluster);
        }
      }
      if (failedStarts === MAX_FAILED_STARTS || Date.now() > deadline || this.leaving.signal.aborted) {
        throw new Error(
          `The embedded PostgreSQL in ${this.cluster.home} does not start: ${messageOf(reason)}\n` +
            `The end of ${this.cluster.log}:\n${readEndOfLog(this.cluster)}`,
        );
      }
      await this.pause(pause);
    }
  }

  /**
   * Becomes a user of the server that `postmaster.pid` tells of.
   * @throws NotNow when it is starting or stopping; any other error when it is not there, or is not this cluster's.
   */
  private async attach(): Promise<void> {
    const { port } = readPostmasterFile(this.cluster);
    if (!port) throw new Error('it is not running');
    const keeper = new Client(this.connection(port));
    keeper.on('error', () => undefined); // 'end' follows
    try {
      await keeper.connect();
      const { rows } = await keeper.query<{ data: string; joined: boolean }>(
        `SELECT current_setting('data_directory') AS data, pg_try_advisory_lock_shared($1) AS joined`,
        [USERS_LOCK],
      );
      const { data, joined } = rows[0]!;
      // A copy of a DATA_DIR comes with the postmaster.pid and the password of the original.
      if (fs.realpathSync(data) !== fs.realpathSync(this.cluster.data)) throw new Error(`port ${port} serves ${data}`);
      if (!joined) throw new NotNow('its last user is stopping it');
      if (this.port && this.port !== port) throw new NotNow(`it is on port ${port} now, no longer on ${this.port}`);
    } catch (error) {
      await keeper.end().catch(() => undefined);
      const code = error instanceof DatabaseError ? error.code : undefined;
      throw code && NOT_NOW.includes(code) ? new NotNow(messageOf(error)) : error;
    }
    this.port = port;
    this.keeper = keeper;
    keeper.once('end', () => this.lost());
  }

  private async startServer(): Promise<void> {
    const port = this.port ?? (await choosePort(this.cluster));
    const settings = { listen_addresses: HOST, port: String(port), unix_socket_directories: '', ...this.settings };
    const timeout = String(START_TIMEOUT_MS / 1_000);
    const output = ['--log', path.relative(this.cluster.home, this.cluster.log), '--silent'];
    await this.control('start', '--wait', '--timeout', timeout, ...output, '--options', serverOptions(settings));
    this.log(`started PostgreSQL ${this.binaries.version} on ${HOST}:${port}`);
  }

  private async stopServer(): Promise<void> {
    const { pid } = readPostmasterFile(this.cluster);
    if (!pid) return;
    await this.control('stop', '--mode', 'fast', '--no-wait');
    // pg_ctl would wait for ever if somebody starts the next server between two of its glances.
    const deadline = Date.now() + STOP_TIMEOUT_MS;
    while (readPostmasterFile(this.cluster).pid === pid && isPostmasterOf(this.cluster, pid)) {
      if (Date.now() > deadline) throw new Error(`process ${pid} is still there after ${STOP_TIMEOUT_MS} ms`);
      await delay(10);
    }
  }

  private async control(...args: string[]): Promise<void> {
    // pg_ctl hands paths among its arguments to a shell, which would expand a $ or a backtick in them.
    await this.binaries.run('pg_ctl', args, { cwd: this.cluster.home, env: { PGDATA: this.cluster.data } });
  }

  private lost(): void {
    this.keeper = undefined;
    if (this.leaving.signal.aborted) return;
    this.log(`lost PostgreSQL on ${HOST}:${this.port}; bringing it back`);
    this.recovery = this.recover();
  }

  private async recover(): Promise<void> {
    for (let pause = 100; !this.leaving.signal.aborted; pause = Math.min(pause * 2, MAX_PAUSE_MS)) {
      try {
        await this.join();
        this.log(`PostgreSQL is back on ${HOST}:${this.port}`);
        return;
      } catch (error) {
        if (!this.leaving.signal.aborted) this.log(messageOf(error));
      }
      await this.pause(pause);
    }
  }

  /**
   * A plain `kill` of the postmaster means "stop when the last client has gone": from then on it turns new clients away,
   * while our keeper stays. So end what was begun: losing the keeper brings the server back.
   */
  private async finishForeignStop(): Promise<void> {
    if (!this.keeper || readPostmasterFile(this.cluster).status !== 'stopping') return;
    this.log('PostgreSQL was told to stop while it is in use');
    await this.stopServer().catch((error) => this.log(messageOf(error)));
  }

  private async prepareDatabase(): Promise<void> {
    if (!this.keeper) throw new Error('PostgreSQL was lost again at once');
    await prepareDatabase(this.keeper, this.connection(this.port!), serviceLogin(this.cluster));
  }

  /** How the superuser connects. */
  private connection(port: number): ClientConfig {
    const { user, password } = this.cluster;
    return { ...KEEPER, host: HOST, port, user, password, database: 'postgres', ssl: false };
  }

  private async pause(milliseconds: number): Promise<void> {
    await delay(milliseconds, undefined, { signal: this.leaving.signal }).catch(() => undefined);
  }
}

/** The server is there, and will do, or be gone, in a moment. */
class NotNow extends Error {}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
