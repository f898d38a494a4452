import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { EXIT } from './exit-codes.js';

/** How a command ended: one of the two is null. */
export interface CommandEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Signals that ask a command to stop. */
export const STOP_SIGNALS: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'];
/** Those, and the ones that have no meaning but what the command gives them. */
const FORWARDED: readonly NodeJS.Signals[] = [...STOP_SIGNALS, 'SIGUSR1', 'SIGUSR2'];
/** A terminal sends them to all processes in the foreground itself; forwarding them too would say it twice. */
const FROM_TERMINAL: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT'];

/** A command that could not be started. */
export class SpawnError extends Error {
  override readonly name = 'SpawnError';
  /** As shells have it. */
  readonly exitCode: number;

  constructor(command: string, cause: NodeJS.ErrnoException) {
    const isMissing = cause.code === 'ENOENT';
    super(isMissing ? `${command}: command not found` : `${command}: ${cause.message}`, { cause });
    this.exitCode = isMissing ? EXIT.commandNotFound : EXIT.cannotExecute;
  }
}

/** A command with this process's standard input, output and error, to which this process's signals are passed on. */
export class ChildCommand {
  readonly end: Promise<CommandEnd>;
  /** Whether this process was asked to stop, and with it the command. */
  private stopSignal: NodeJS.Signals | undefined;

  private constructor(private readonly child: ChildProcess) {
    for (const signal of FORWARDED) process.on(signal, () => this.forward(signal));
    // Not 'close': a descendant may hold the output open for as long as it likes.
    this.end = new Promise((resolve) => child.on('exit', (code, signal) => resolve({ code, signal })));
  }

  /** @throws SpawnError */
  static async start(command: string, args: readonly string[]): Promise<ChildCommand> {
    const child = spawn(command, args, { stdio: 'inherit' });
    const started = new ChildCommand(child);
    try {
      await once(child, 'spawn');
    } catch (error) {
      throw new SpawnError(command, error as NodeJS.ErrnoException);
    }
    return started;
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** Whether it ended well: with 0, or as it was asked to by a signal that this process got. */
  endedWell({ code, signal }: CommandEnd): boolean {
    if (code === 0) return true;
    const asked = this.stopSignal;
    return asked !== undefined && (signal === asked || code === 128 + constants.signals[asked]);
  }

  private forward(signal: NodeJS.Signals): void {
    if (STOP_SIGNALS.includes(signal)) this.stopSignal = signal;
    if (!(process.stdin.isTTY && FROM_TERMINAL.includes(signal))) this.child.kill(signal);
  }
}

/** The exit code with which shells tell such an end. */
export function exitCodeOf({ code, signal }: CommandEnd): number {
  return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
}

/** For people: `exit code 3`, `killed by SIGKILL`. */
export function describeEnd({ code, signal }: CommandEnd): string {
  return signal === null ? `exit code ${code}` : `killed by ${signal}`;
}
