import {
  chmodSync,
  chownSync,
  cpSync,
  lchownSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChildProcess } from 'node:child_process';
import { Client } from 'pg';
import { migrate } from '../../src/platform/database/data-source';
import {
  chooseAccount,
  PostgresBinaries,
  serverOptions,
} from '../../src/platform/database/embedded/embedded-postgres.binaries';
import { freePort } from './free-port';
import { guardGroup } from './guard';
import { PATIENCE } from './patience';
import { until } from './until';

const [USER, DATABASE] = ['registry', 'registry'];
/** Loses nothing when it is killed, only when its machine is. */
const SETTINGS = { fsync: 'off', listen_addresses: '127.0.0.1', unix_socket_directories: '', max_connections: '200' };
/** Of a base backup that is copied while the server runs: what belongs to the server itself. */
const OF_THE_SERVER = /\/(?:postmaster\.(?:pid|opts)|pg_replslot\/.+)$/;

/** A PostgreSQL of a test's own, to be restarted, killed and replaced by a standby. */
export class PostgresServer {
  private guard: ChildProcess | undefined;

  private constructor(
    private readonly binaries: PostgresBinaries,
    private readonly account: ReturnType<typeof chooseAccount>,
    private readonly directory: string,
    private readonly port: number,
  ) {}

  /** One that runs and has the tables of the service. */
  static async start(): Promise<PostgresServer> {
    const server = await PostgresServer.prepare();
    await server.binaries.run('initdb', [
      `--pgdata=${server.data}`,
      `--username=${USER}`,
      '--auth=trust',
      '--encoding=UTF8',
      '--locale=C',
      '--no-instructions',
      '--no-sync',
    ]);
    await server.start();
    await server.query(`CREATE DATABASE ${DATABASE}`, server.urlOf('postgres'));
    await migrate(server.url);
    return server;
  }

  private static async prepare(): Promise<PostgresServer> {
    const directory = mkdtempSync(join(tmpdir(), 'agent-registry-postgres-'));
    const account = chooseAccount(join(directory, 'data'));
    if (account) chownSync(directory, account.uid, account.gid);
    const binaries = await PostgresBinaries.find(account, () => undefined);
    return new PostgresServer(binaries, account, directory, await freePort());
  }

  get url(): string {
    return this.urlOf(DATABASE);
  }

  /** Runs SQL on a connection that is made for it. */
  async query<Row extends object = Record<string, unknown>>(sql: string, url = this.url): Promise<Row[]> {
    const client = new Client({ connectionString: url });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<Row>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  /** Ends it as `fast`: connections are ended, and what was committed is on the disk; or `immediate`: as a crash. Then starts it again. */
  async restart(mode: 'fast' | 'immediate'): Promise<void> {
    await this.stop(mode);
    await this.start();
  }

  async stop(mode: 'fast' | 'immediate'): Promise<void> {
    this.guard?.kill('SIGKILL');
    await this.control('stop', '--mode', mode, '--wait');
  }

  /** A standby that follows it over `url`, its own or that of a relay to it, and has all that was written before the call. */
  async standby(url = this.url): Promise<PostgresServer> {
    const standby = await PostgresServer.prepare();
    const client = new Client({ connectionString: this.url });
    await client.connect();
    await client.query(`SELECT pg_backup_start('standby', true)`);
    cpSync(this.data, standby.data, { recursive: true, filter: (source) => !OF_THE_SERVER.test(source) });
    const { rows } = await client.query<{ label: string }>('SELECT labelfile AS label FROM pg_backup_stop(false)');
    await client.end();
    const { hostname, port } = new URL(url);
    writeFileSync(join(standby.data, 'backup_label'), rows[0]!.label);
    writeFileSync(join(standby.data, 'standby.signal'), '');
    writeFileSync(
      join(standby.data, 'postgresql.auto.conf'),
      `primary_conninfo = 'host=${hostname} port=${port} user=${USER}'\nwal_retrieve_retry_interval = '100ms'\n`,
    );
    standby.own();
    await standby.start();
    await standby.catchUpWith(this);
    return standby;
  }

  /** Waits until it has all that the primary has written by now. */
  async catchUpWith(primary: PostgresServer): Promise<void> {
    const [row] = await primary.query<{ lsn: string }>('SELECT pg_current_wal_lsn()::text AS lsn');
    const sql = `SELECT pg_last_wal_replay_lsn() >= '${row!.lsn}' AS "isThere"`;
    await until('the standby has caught up', PATIENCE, async () => {
      const [standing] = await this.query<{ isThere: boolean }>(sql);
      return standing!.isThere;
    });
  }

  async promote(): Promise<void> {
    await this.control('promote', '--wait');
  }

  async remove(): Promise<void> {
    await this.stop('immediate').catch(() => undefined); // it may have been stopped
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 10 });
  }

  private urlOf(database: string): string {
    return `postgres://${USER}@127.0.0.1:${this.port}/${database}`;
  }

  private get data(): string {
    return join(this.directory, 'data');
  }

  private async start(): Promise<void> {
    const options = serverOptions({ ...SETTINGS, port: String(this.port) });
    await this.control('start', '--wait', '--silent', '--log', 'server.log', '--options', options);
    const pid = Number(readFileSync(join(this.data, 'postmaster.pid'), 'utf8').split('\n')[0]);
    this.guard = guardGroup(pid, [this.directory]);
  }

  private async control(...args: string[]): Promise<void> {
    await this.binaries.run('pg_ctl', args, { cwd: this.directory, env: { PGDATA: this.data } });
  }

  /** The files of a copy belong to the account that PostgreSQL runs as. */
  private own(): void {
    chmodSync(this.data, 0o700);
    if (!this.account) return;
    const { uid, gid } = this.account;
    for (const file of readdirSync(this.data, { recursive: true, encoding: 'utf8' }))
      lchownSync(join(this.data, file), uid, gid);
    chownSync(this.data, uid, gid);
  }
}
