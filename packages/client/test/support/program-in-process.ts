import { Readable } from 'node:stream';
import { PATIENCE } from '../../../../test/support/patience';
import type { Screen } from '../../src/cli/output';
import { runProgram } from '../../src/cli/program';
import type { Finished, RunOptions } from './installed-program';

/** Keeps what is written; of a size, it is a terminal. */
export class Captured implements Screen {
  text = '';
  readonly isTTY: boolean;

  constructor(
    readonly columns?: number,
    readonly rows?: number,
  ) {
    this.isTTY = columns !== undefined;
  }

  write(text: string): void {
    this.text += text;
  }
}

export interface CallOptions extends RunOptions {
  readonly stdout?: Captured;
  readonly interruption?: AbortSignal;
  /** Somebody sits in front of it, and types the input. */
  readonly isInteractive?: boolean;
}

/** Runs the program with everything but its process, which takes longer to start than all the rest. */
export async function runInProcess(
  args: readonly string[],
  {
    env = {},
    input,
    stdout = new Captured(),
    interruption = new AbortController().signal,
    isInteractive = false,
  }: CallOptions = {},
): Promise<Finished> {
  const stderr = new Captured();
  const code = await runProgram(['--timeout', String(PATIENCE), ...args], {
    stdin: Readable.from(input === undefined ? [] : [Buffer.from(input)]),
    stdout,
    stderr,
    environment: env,
    interruption,
    isInteractive,
    version: '0.0.0',
  });
  return { code, signal: null, stdout: stdout.text, stderr: stderr.text };
}
