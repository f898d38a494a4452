import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { deadline, pause } from '../retry.js';
import { MACHINE_TIME, type Time } from '../time.js';
import { describeEnd, type CommandEnd } from './child-command.js';
import { reasonOf } from './failure.js';

/** Resolves when the agent takes work, and rejects with the reason when it does not. It ends when the signal aborts. */
export type Question = (signal: AbortSignal) => Promise<void>;

export interface CheckOptions {
  readonly question: Question;
  /** From an answer to the next question. */
  readonly intervalMs: number;
  /** No answer within it counts as a no. */
  readonly timeoutMs: number;
  /** So many yeses in a row make the agent ready. */
  readonly successes: number;
  /** So many noes in a row make it not ready any more. */
  readonly failures: number;
  /** Told at the start, and then whenever it changes. */
  readonly onChange: (isReady: boolean) => void;
  /** Hears why the agent is not ready, each reason once, and that it is. */
  readonly tell: (message: string) => void;
  readonly time?: Time;
}

/**
 * Asks an agent again and again whether it takes work, until the signal aborts. Until it has said so, it does not. Never rejects.
 */
export async function followReadiness(options: CheckOptions, signal: AbortSignal): Promise<void> {
  const { intervalMs, successes, failures, onChange, tell, time = MACHINE_TIME } = options;
  let isReady = false;
  /** Answers in a row that say the opposite. */
  let contrary = 0;
  let told: string | undefined;
  onChange(isReady);
  while (!signal.aborted) {
    const trouble = await troubleOf(options, signal);
    if (signal.aborted) return;
    contrary = (trouble === undefined) === isReady ? 0 : contrary + 1;
    if (contrary >= (isReady ? failures : successes)) {
      isReady = !isReady;
      contrary = 0;
      onChange(isReady);
      if (isReady) tell('the agent is ready');
      told = undefined;
    }
    if (!isReady && trouble !== undefined && trouble !== told) {
      tell(`the agent is not ready: ${trouble}`);
      told = trouble;
    }
    await pause(intervalMs, signal, time).catch(() => undefined);
  }
}

/** Undefined: the agent takes work. */
async function troubleOf(
  { question, timeoutMs, time }: CheckOptions,
  signal: AbortSignal,
): Promise<string | undefined> {
  const limit = deadline(timeoutMs, time);
  const giveUp = new AbortController();
  const abort = (): void => giveUp.abort();
  for (const each of [signal, limit.signal]) each.addEventListener('abort', abort, { once: true });
  try {
    await question(giveUp.signal);
    return undefined;
  } catch (error) {
    return limit.signal.aborted ? `no answer within ${timeoutMs / 1000} s` : reasonOf(error);
  } finally {
    limit.cancel();
    signal.removeEventListener('abort', abort);
  }
}

/** A GET, which a status from 200 to 299 answers with yes. Redirects are not followed: where they lead is not the agent. */
export function askingUrl(url: string): Question {
  return async (signal) => {
    const answer = await fetch(url, { signal, redirect: 'manual' });
    await answer.body?.cancel();
    if (!answer.ok) throw new Error(`${url} answers ${answer.status}`);
  };
}

/** A command for the shell, which says yes by the exit code 0. What takes too long is killed, with all that it has started. */
export function askingCommand(command: string): Question {
  return async (signal) => {
    const hasGroup = process.platform !== 'win32';
    const child = spawn(command, { shell: true, stdio: 'ignore', detached: hasGroup });
    const kill = (): void => {
      try {
        if (hasGroup && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
        else child.kill('SIGKILL');
      } catch {
        // It has ended meanwhile.
      }
    };
    signal.addEventListener('abort', kill, { once: true });
    try {
      const [code, killedBy] = (await once(child, 'exit')) as [CommandEnd['code'], CommandEnd['signal']];
      if (code !== 0) throw new Error(`the check ends with ${describeEnd({ code, signal: killedBy })}`);
    } finally {
      signal.removeEventListener('abort', kill);
    }
  };
}
