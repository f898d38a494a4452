import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { guardGroup } from '../../../../test/support/guard';
import { until } from '../../../../test/support/until';

const PACKAGE = join(__dirname, '../..');
/** Within the repository, so that the build finds its compiler; beside the package, whose dist/ others may be building. */
const COPIES = join(PACKAGE, '../../node_modules/.cache/agent-registry');

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The package as its users have it: packed, installed into an empty folder, and its program started from there. */
export class InstalledProgram {
  private readonly running = new Set<RunningProgram>();

  private constructor(
    /** The folder into which it is installed. */
    readonly folder: string,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  /** `env` is added to the environment of every call. */
  static async install(env: Readonly<Record<string, string>> = {}): Promise<InstalledProgram> {
    const folder = mkdtempSync(join(tmpdir(), 'agent-registry-cli-'));
    mkdirSync(COPIES, { recursive: true });
    const copy = mkdtempSync(join(COPIES, 'package-'));
    try {
      cpSync(PACKAGE, copy, { recursive: true, filter: (path) => !['dist', 'test'].includes(basename(path)) });
      const packed = await npm(['pack', '--json', '--pack-destination', copy], copy);
      const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
      // Without a prefix, npm would look for a package.json in the folders above, and install into the first that has one.
      await npm(['install', '--prefix', folder, '--offline', '--no-audit', '--no-fund', join(copy, filename)], folder);
    } catch (error) {
      rmSync(folder, { recursive: true });
      throw error;
    } finally {
      rmSync(copy, { recursive: true });
    }
    return new InstalledProgram(folder, { ...cleanEnvironment(), ...env });
  }

  /** Runs it to its end. */
  async run(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
    return this.start(args, options).finished;
  }

  /** Runs a line of bash in the folder, in which `agent-registry` is the program. */
  async shell(line: string, options: RunOptions = {}): Promise<Finished> {
    return this.launch('bash', ['-c', line], options).finished;
  }

  start(args: readonly string[], options: RunOptions = {}): RunningProgram {
    return this.launch(join(this.folder, 'node_modules/.bin/agent-registry'), args, options);
  }

  /** Kills what still runs, and removes the folder. */
  async remove(): Promise<void> {
    const programs = [...this.running];
    for (const program of programs) program.killAll();
    await Promise.all(programs.map(({ finished }) => finished));
    rmSync(this.folder, { recursive: true });
  }

  private launch(command: string, args: readonly string[], { env, input = '' }: RunOptions): RunningProgram {
    const PATH = `${join(this.folder, 'node_modules/.bin')}:${process.env.PATH}`;
    const child = spawn(command, args, { cwd: this.folder, env: { ...this.env, PATH, ...env }, detached: true });
    child.stdin.on('error', () => undefined); // it need not read it
    child.stdin.end(input);
    const program = new RunningProgram(child);
    this.running.add(program);
    void program.finished.then(() => this.running.delete(program));
    return program;
  }
}

/** A call that is under way, in a process group of its own. */
export class RunningProgram {
  stdout = '';
  stderr = '';
  readonly finished: Promise<Finished>;

  constructor(private readonly child: ChildProcess) {
    child.stdout!.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    const guard = guardGroup(this.pid);
    this.finished = once(child, 'close').then(([code, signal]: unknown[]) => {
      guard.kill('SIGKILL');
      return { code, signal, stdout: this.stdout, stderr: this.stderr } as Finished;
    });
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** What it has printed so far, line by line. */
  get lines(): string[] {
    return this.stdout.split('\n').slice(0, -1);
  }

  signal(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal);
  }

  /** Kills the whole group, what it has started included. */
  killAll(): void {
    try {
      process.kill(-this.pid, 'SIGKILL');
    } catch {
      // it has ended
    }
  }

  /** Waits until so many lines are there. */
  async printed(count: number): Promise<string[]> {
    await until(`${count} lines of output`, 15, () => this.lines.length >= count);
    return this.lines;
  }
}

async function npm(args: readonly string[], cwd: string): Promise<string> {
  const { stdout } = await promisify(execFile)('npm', args, { cwd, env: cleanEnvironment() });
  return stdout;
}

/** Ours, without what npm tells its scripts and without the settings of the program. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const passed = Object.entries(process.env).filter(([name]) => !/^(npm_|AGENT_REGISTRY_|NO_COLOR$)/.test(name));
  return Object.fromEntries(passed);
}
