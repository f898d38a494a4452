import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { EXIT } from './exit-codes.js';

/** How a command ended: one of the two is null. */
export interface CommandEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Signals that ask a command to stop. */
const STOP_SIGNALS: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'];
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
    const isThere = command.includes('/') && existsSync(command);
    const isMissing = cause.code === 'ENOENT' && !isThere;
    const interpreter = 'the interpreter that its first line names is not there (does that line end in CR LF?)';
    const reason = cause.code === 'ENOENT' && isThere ? interpreter : cause.message;
    super(`${command}: ${isMissing ? 'command not found' : reason}`, { cause });
    this.exitCode = isMissing ? EXIT.commandNotFound : EXIT.cannotExecute;
  }
}

/** A command with this process's standard input, output and error, to which this process's signals are passed on. */
export class ChildCommand {
  readonly end: Promise<CommandEnd>;

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

  private forward(signal: NodeJS.Signals): void {
    if (!(process.stdin.isTTY && FROM_TERMINAL.includes(signal))) this.child.kill(signal);
  }
}

/**
 * Whether it ended with 0, or by a signal that asks to stop (or with 128 + its number, as shells do). It does not matter
 * whether this process has got that signal as well: of one to the whole process group, the command's end may be seen first.
 */
export function endedWell({ code, signal }: CommandEnd): boolean {
  if (signal !== null) return STOP_SIGNALS.includes(signal);
  return code === 0 || STOP_SIGNALS.some((stop) => code === 128 + constants.signals[stop]);
}

/** The exit code with which shells tell such an end. */
export function exitCodeOf({ code, signal }: CommandEnd): number {
  return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
}

/** For people: `exit code 3`, `killed by SIGKILL`. */
export function describeEnd({ code, signal }: CommandEnd): string {
  return signal === null ? `exit code ${code}` : `killed by ${signal}`;
}
