import { createHash, randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as net from 'node:net';
import * as path from 'node:path';
import {
  chooseAccount,
  isReachable,
  makeSystemDirectory,
  type Account,
  type PostgresBinaries,
} from './embedded-postgres.binaries';

/** The only address that the server listens on. */
export const HOST = '127.0.0.1';

/** How long initdb may take, in milliseconds, before what it has made so far counts as left behind. */
const ABANDONED_AFTER_MS = 10 * 60_000;

/** PostgreSQL's files in one folder, and how to log in to them. */
export interface Cluster {
  /** The folder of everything below. */
  readonly home: string;
  /** PostgreSQL's data directory. */
  readonly data: string;
  /** What PostgreSQL itself logs. */
  readonly log: string;
  readonly user: string;
  readonly password: string;
}

/**
 * Where the cluster of a DATA_DIR is: in it, or, if the account that PostgreSQL has to run as may not go there, in a
 * place of the system's.
 */
export function locateHome(directory: string, log: (message: string) => void): string {
  const wanted = path.resolve(directory);
  fs.mkdirSync(wanted, { recursive: true });
  const home = path.join(wanted, 'postgres');
  const account = chooseAccount(path.join(home, 'data'));
  if (!account || isReachable(wanted, account)) return home;
  const name = `${path.basename(wanted)}-${createHash('sha256').update(wanted).digest('hex').slice(0, 12)}`;
  const other = makeSystemDirectory(name);
  log(`PostgreSQL's own account may not enter ${wanted}; its data is kept in ${other}`);
  return path.join(other, 'postgres');
}

/**
 * Opens the cluster in `home`, which is made when there is none. A process that is killed here leaves a complete
 * cluster or none, and of several that come at once, all get the same one.
 * @throws Error when what is there is of another PostgreSQL release line, or no cluster of ours.
 */
export async function openCluster(
  home: string,
  options: { binaries: PostgresBinaries; account?: Account; durable: boolean; log: (message: string) => void },
): Promise<Cluster> {
  removeAbandoned(home);
  const credentials = path.join(home, 'credentials.json');
  if (!fs.existsSync(credentials)) await createCluster(home, options);
  const data = path.join(home, 'data');
  const found = fs.readFileSync(path.join(data, 'PG_VERSION'), 'utf8').trim();
  if (found !== options.binaries.major) {
    throw new Error(
      `${data} was made by PostgreSQL ${found}, and this is PostgreSQL ${options.binaries.version}. ` +
        `Move ${home} away, or set DATABASE_URL to a server that runs PostgreSQL ${found}.`,
    );
  }
  const login = JSON.parse(fs.readFileSync(credentials, 'utf8')) as { user: string; password: string };
  return { home, data, log: path.join(home, 'server.log'), ...login };
}

/** What the running server says of itself in `postmaster.pid`, all undefined when none runs. After a crash it is out of date. */
export function readPostmasterFile({ data }: Cluster): { pid?: number; port?: number; status?: string } {
  const file = path.join(data, 'postmaster.pid');
  if (!fs.existsSync(file)) return {};
  const lines = fs.readFileSync(file, 'utf8').split('\n');
  return { pid: Number(lines[0]), port: Number(lines[3]), status: lines[7]?.trim() };
}

/**
 * PostgreSQL does not start while the process that `postmaster.pid` names exists, be it some other program that got this
 * id after a crash of the machine, or a dead postmaster that the init of a container does not reap. Where the system
 * tells (Linux), put an id there that no process has. The rest of the file stays: by it PostgreSQL recognises what the
 * dead postmaster's children still have open.
 */
export function disownPostmasterFile(cluster: Cluster): void {
  const { pid } = readPostmasterFile(cluster);
  if (process.platform !== 'linux' || !pid || isPostmasterOf(cluster, pid)) return;
  const file = path.join(cluster.data, 'postmaster.pid');
  fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace(/^\d+/, '2147483647'));
}

/** Whether process `pid` is the postmaster of this cluster, as far as the system tells. */
export function isPostmasterOf({ data }: Cluster, pid: number): boolean {
  if (process.platform !== 'linux' || !isAlive(pid)) return isAlive(pid);
  try {
    // A postmaster works in its data directory.
    return fs.readlinkSync(`/proc/${pid}/cwd`) === fs.realpathSync(data);
  } catch (error) {
    // What is dead works nowhere, even if it has not been reaped. A process that we may not look into is alive.
    return (error as NodeJS.ErrnoException).code !== 'ENOENT';
  }
}

/**
 * A free port: that of the last time if it can be had, so that users who find the server dead at the same moment agree
 * on one.
 */
export async function choosePort({ data }: Cluster): Promise<number> {
  const file = path.join(data, 'postmaster.opts');
  const last = fs.existsSync(file) ? /port=(\d+)/.exec(fs.readFileSync(file, 'utf8'))?.[1] : undefined;
  return listenOnce(Number(last ?? 0)).catch(() => listenOnce(0));
}

/** The last lines of the server's log. */
export function readEndOfLog({ log }: Cluster): string {
  return fs.existsSync(log) ? fs.readFileSync(log, 'utf8').trimEnd().split('\n').slice(-12).join('\n') : '(empty)';
}

async function createCluster(
  home: string,
  { binaries, account, durable, log }: Parameters<typeof openCluster>[1],
): Promise<void> {
  const startedAt = Date.now();
  const temporary = fs.mkdtempSync(`${home}.${process.pid}.`);
  try {
    const login = { user: 'registry', password: randomBytes(24).toString('base64url') };
    const passwordFile = path.join(temporary, 'password');
    fs.writeFileSync(passwordFile, `${login.password}\n`, { mode: 0o600 });
    if (account) for (const each of [temporary, passwordFile]) fs.chownSync(each, account.uid, account.gid);
    await binaries.run('initdb', [
      `--pgdata=${path.join(temporary, 'data')}`,
      `--username=${login.user}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--no-instructions',
      ...(durable ? [] : ['--no-sync']),
    ]);
    fs.rmSync(passwordFile);
    const credentials = path.join(temporary, 'credentials.json');
    fs.writeFileSync(credentials, `${JSON.stringify(login)}\n`, { mode: 0o600, flush: durable });
    fs.renameSync(temporary, home);
    if (durable) sync(path.dirname(home));
    log(`made a PostgreSQL ${binaries.version} database in ${home} (${Date.now() - startedAt} ms)`);
  } catch (error) {
    fs.rmSync(temporary, { recursive: true, force: true });
    // Somebody else's is as good as ours would have been.
    if (!fs.existsSync(path.join(home, 'credentials.json'))) throw error;
  }
}

function listenOnce(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(port, HOST, () => {
      const address = server.address() as net.AddressInfo;
      server.close(() => resolve(address.port));
    });
  });
}

/** Makes a rename last through a power failure. Windows cannot, and does not need to, open a folder for this. */
function sync(directory: string): void {
  if (process.platform === 'win32') return;
  const descriptor = fs.openSync(directory, 'r');
  fs.fsyncSync(descriptor);
  fs.closeSync(descriptor);
}

/** Removes what processes that were killed during {@link createCluster} have left beside `home`. */
function removeAbandoned(home: string): void {
  for (const name of fs.readdirSync(path.dirname(home))) {
    const pid = /^postgres\.(\d+)\.\w+$/.exec(name)?.[1];
    if (!pid) continue;
    const directory = path.join(path.dirname(home), name);
    try {
      const age = Date.now() - fs.statSync(directory).mtimeMs;
      // The age as well, because process ids come round again, in containers at once.
      if (!isAlive(Number(pid)) || age > ABANDONED_AFTER_MS) fs.rmSync(directory, { recursive: true });
    } catch {
      // Its initdb may still be writing, or another start removes it too: the next start sees to what is left.
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
