import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { guardGroup } from '../../../../test/support/guard';
import { PATIENCE } from '../../../../test/support/patience';
import { until } from '../../../../test/support/until';
import { cleanEnvironment, installPackage } from './installed-package';

/** For `NODE_OPTIONS` of programs that run the client. */
export const LONG_LIMITS = `--require "${join(__dirname, 'long-limits.cjs')}"`;

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

  static async install(): Promise<InstalledProgram> {
    return new InstalledProgram(await installPackage(), { ...cleanEnvironment(), NODE_OPTIONS: LONG_LIMITS });
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

  signal(signal: NodeJS.Signals, toGroup = false): void {
    try {
      process.kill(toGroup ? -this.pid : this.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it has ended already
    }
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
    await until(`${count} lines of output`, PATIENCE, () => this.lines.length >= count);
    return this.lines;
  }
}
