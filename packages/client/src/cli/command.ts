import type { AgentRegistryClient } from '../client.js';
import type { ClientOptions } from '../transport.js';
import type { Arguments } from './arguments.js';
import type { Operand, Option } from './option.js';
import type { Output } from './output.js';

export const PROGRAM = 'agent-registry';

/** How a command is called; the help and the completions are made from this. */
export interface CommandLine {
  readonly name: string;
  /** Its name until another release; it still works, with a note. */
  readonly formerName?: string;
  /** One line without a full stop. */
  readonly summary: string;
  /** What else its help says. */
  readonly details?: string;
  readonly operands: readonly Operand[];
  readonly options: readonly Option[];
  /** What follows `--` is a command line of its own. */
  readonly runsCommand?: true;
}

/** A command: how it is called, and what it does. */
export interface Command extends CommandLine {
  /** Does it and gives the exit code. Whatever it throws is told and turned into an exit code by the program. */
  run(call: Call): Promise<number>;
}

/** One call of a command. */
export interface Call {
  readonly args: Arguments;
  /** What followed `--`, for a command that runs commands. */
  readonly commandLine: readonly string[];
  readonly output: Output;
  readonly stdin: AsyncIterable<Buffer | string>;
  /** Somebody can answer a question: standard input is a terminal. */
  readonly isInteractive: boolean;
  /** Made when it is first asked for; what is wrong with the URL or the token is told then. */
  readonly client: AgentRegistryClient;
  readonly clientOptions: ClientOptions;
  /** Aborted by Ctrl-C and the like. */
  readonly interruption: AbortSignal;
  readonly commands: readonly CommandLine[];
}
