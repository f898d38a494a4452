import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { capture } from './captured-output';
import { guardGroup } from './guard';

const ROOT = join(__dirname, '../..');
const READY = 'Agent Registry is ready';

export interface ServiceOptions {
  /** `node` (the default) is `node dist/main.js`; `npm` is `npm start`. */
  command?: 'node' | 'npm';
  env: Record<string, string>;
}

/** How the process that was started ended; the one of `code` and `signal` that does not apply is null. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** The service as its users run it: a process of its own, in a process group of its own, on any free port. */
export class ServiceProcess {
  private static readonly running = new Set<ServiceProcess>();

  /** Standard output, line by line. */
  readonly logs: string[] = [];
  /** Standard error. */
  errors = '';
  private readonly child: ChildProcess;
  private readonly exit: Promise<Exit>;
  private address?: string;

  private constructor({ command = 'node', env }: ServiceOptions) {
    const [program, argument] = command === 'npm' ? ['npm', 'start'] : [process.execPath, 'dist/main.js'];
    this.child = spawn(program, [argument], {
      cwd: ROOT,
      env: { ...cleanEnvironment(), SERVER_PORT: '0', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    ServiceProcess.running.add(this);
    const guard = guardGroup(this.pid);
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.errors += text;
      capture(`${this.pid} ${text.trimEnd()}`);
    });
    createInterface({ input: this.child.stdout! }).on('line', (line) => {
      this.logs.push(line);
      capture(`${this.pid} ${line}`);
    });
    // Not 'exit': the output closes when the last process of `npm start` that holds it has ended.
    this.exit = once(this.child, 'close').then(([code, signal]: Exit[keyof Exit][]) => {
      ServiceProcess.running.delete(this);
      guard.kill('SIGKILL');
      return { code, signal } as Exit;
    });
  }

  /** Starts it without waiting for anything: for one that is expected to fail. */
  static spawn(options: ServiceOptions): ServiceProcess {
    return new ServiceProcess(options);
  }

  /**
   * Starts it and waits until it says that it is ready.
   * @throws Error with all of its output when it ends before.
   */
  static async start(options: ServiceOptions): Promise<ServiceProcess> {
    const service = new ServiceProcess(options);
    const ended = service.exit.then(({ code, signal }) => {
      throw new Error(`it ended by ${signal ?? code}:\n${service.logs.join('\n')}\n${service.errors}`);
    });
    service.address = (await Promise.race([service.waitForLog(READY), ended])).api as string;
    ended.catch(() => undefined); // later it may
    return service;
  }

  /** Sends a signal and does not wait. */
  signal(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal);
  }

  /** Kills whatever a test has left running, outright. */
  static async killAll(): Promise<void> {
    await Promise.all(
      [...ServiceProcess.running].map((service) => service.stop('SIGKILL', 'group').catch(() => undefined)),
    );
  }

  /** Where its API is, without a slash at the end. */
  get url(): string {
    if (!this.address) throw new Error('it is not ready');
    return this.address;
  }

  /** The process that was started: npm's for `npm start`. */
  get pid(): number {
    return this.child.pid!;
  }

  /** Signals the process that was started, or like a terminal all of its group, and waits until all of it has ended. */
  stop(signal: NodeJS.Signals = 'SIGTERM', to: 'process' | 'group' = 'process'): Promise<Exit> {
    process.kill(to === 'group' ? -this.pid : this.pid, signal);
    return this.exit;
  }

  /** Waits until it, and everything that it has started in its group, has ended. */
  waitForExit(): Promise<Exit> {
    return this.exit;
  }

  /** The first JSON log line with this `msg`, written already or still to come. */
  private async waitForLog(msg: string): Promise<Record<string, unknown>> {
    for (;;) {
      for (const line of this.logs) {
        const entry = line.startsWith('{') ? (JSON.parse(line) as Record<string, unknown>) : {};
        if (entry.msg === msg) return entry;
      }
      await once(this.child.stdout!, 'data');
      await new Promise(setImmediate); // until the line reader has it too
    }
  }
}

/** What a service that has ended logged last. */
export function lastLine({ logs }: ServiceProcess): Record<string, unknown> {
  return JSON.parse(logs.at(-1) ?? '{}') as Record<string, unknown>;
}

/** A DATA_DIR for tests. `remove` also ends the server in it, should a killed service have left one. */
export function temporaryDataDirectory(): { path: string; postmaster(): number | undefined; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'agent-registry-e2e-'));
  chmodSync(path, 0o711); // as root, PostgreSQL runs under another account
  const postmaster = (): number | undefined => {
    const file = join(path, 'postgres/data/postmaster.pid');
    return existsSync(file) ? parseInt(readFileSync(file, 'utf8'), 10) : undefined;
  };
  return {
    path,
    postmaster,
    remove: () => {
      const pid = postmaster();
      try {
        if (pid) process.kill(pid, 'SIGQUIT');
      } catch {
        // it has died, and left its file behind
      }
      rmSync(path, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

/** Ours without the service's settings, those of the test run, and what npm tells its scripts. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const passed = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|TEST_|OTEL_|NODE_ENV$|DATABASE_URL$|REDIS_URL$)/.test(name),
  );
  return Object.fromEntries(passed);
}
