import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { capture } from './captured-output';
import { freePort } from './free-port';
import { guardGroup } from './guard';
import { until } from './until';

/** PgBouncer in front of the server of a test database. */
export class PgBouncer {
  private constructor(
    /** For `DATABASE_URL`. */
    readonly url: string,
    private readonly child: ChildProcess,
    private readonly folder: string,
  ) {}

  static async before(database: string, mode: 'session' | 'transaction' | 'statement'): Promise<PgBouncer> {
    const { hostname, port, username, password, pathname } = new URL(database);
    const listen = await freePort();
    const folder = mkdtempSync(join(tmpdir(), 'pgbouncer-'));
    chmodSync(folder, 0o755); // it runs as another user where we are root
    const file = join(folder, 'pgbouncer.ini');
    const server = Object.entries({ host: hostname, port: port || '5432', user: username, password })
      .map(([name, value]) => `${name}='${decodeURIComponent(value).replaceAll("'", "''")}'`)
      .join(' ');
    const settings = {
      listen_addr: '127.0.0.1',
      listen_port: listen,
      unix_socket_dir: '',
      auth_type: 'any', // whoever comes is the user of the line above
      pool_mode: mode,
      default_pool_size: 40,
    };
    const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
    writeFileSync(file, `[databases]\n* = ${server}\n[pgbouncer]\n${lines.join('\n')}\n`, { mode: 0o644 });
    const user = process.getuid?.() === 0 ? ['--user', 'nobody'] : [];
    const child = spawn('pgbouncer', [...user, file], { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
    child.stderr.setEncoding('utf8').on('data', (text: string) => capture(`pgbouncer ${text.trimEnd()}`));
    await once(child, 'spawn');
    const guard = guardGroup(child.pid!);
    child.once('exit', () => guard.kill('SIGKILL'));
    const bouncer = new PgBouncer(`postgresql://any@127.0.0.1:${listen}${pathname}`, child, folder);
    await until('PgBouncer answers', 150, () => bouncer.answers());
    return bouncer;
  }

  async stop(): Promise<void> {
    const exit = once(this.child, 'exit');
    if (this.child.exitCode === null && this.child.signalCode === null && this.child.kill('SIGKILL')) await exit;
    rmSync(this.folder, { recursive: true });
  }

  private async answers(): Promise<boolean> {
    const client = new Client({ connectionString: this.url });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('SELECT 1');
      return true;
    } catch {
      return false;
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}
