import { constants } from 'node:os';
import { readFileSync } from 'node:fs';
import { AgentRegistryClient } from '../client.js';
import type { ClientOptions, Token } from '../transport.js';
import { type Arguments, commandIndex, parseArguments } from './arguments.js';
import { type Command, PROGRAM } from './command.js';
import { heartbeat } from './commands/heartbeat.js';
import { completion } from './commands/completion.js';
import { count } from './commands/count.js';
import { decisions } from './commands/decisions.js';
import { deregister } from './commands/deregister.js';
import { deps, dependents } from './commands/deps.js';
import { diff } from './commands/diff.js';
import { discover } from './commands/discover.js';
import { events } from './commands/events.js';
import { exportCommand } from './commands/export.js';
import { get } from './commands/get.js';
import { graph } from './commands/graph.js';
import { health } from './commands/health.js';
import { help } from './commands/help.js';
import { impact } from './commands/impact.js';
import { importCommand } from './commands/import.js';
import { list } from './commands/list.js';
import { overview } from './commands/overview.js';
import { register } from './commands/register.js';
import { rename } from './commands/rename.js';
import { sidecar } from './commands/sidecar.js';
import { status } from './commands/status.js';
import { tokenCommand } from './commands/token.js';
import { unban } from './commands/unban.js';
import { update } from './commands/update.js';
import { wait } from './commands/wait.js';
import { watch } from './commands/watch.js';
import { webhooks } from './commands/webhooks.js';
import { whoami } from './commands/whoami.js';
import { why } from './commands/why.js';
import { EXIT } from './exit-codes.js';
import { describeFailure } from './failure.js';
import { DEFAULT_URL, GLOBAL_OPTIONS, globalOptionsOf } from './global-options.js';
import { commandHelp, programHelp } from './help.js';
import { loadYaml, type OutputFormat } from './output-format.js';
import { type Environment, Output, type Screen } from './output.js';
import { UsageError } from './usage-error.js';

/** What the program touches outside itself. */
export interface Surroundings {
  readonly stdin: AsyncIterable<Buffer | string>;
  /** Standard input is a terminal. */
  readonly isInteractive: boolean;
  readonly stdout: Screen;
  readonly stderr: Screen;
  readonly environment: Environment;
  /** Aborted, with the name of the signal as its reason, when the program shall stop. */
  readonly interruption: AbortSignal;
  readonly version: string;
}

const COMMANDS: readonly Command[] = [
  list,
  get,
  discover,
  count,
  exportCommand,
  register,
  update,
  rename,
  heartbeat,
  deregister,
  unban,
  status,
  why,
  diff,
  deps,
  dependents,
  impact,
  graph,
  wait,
  watch,
  events,
  decisions,
  overview,
  importCommand,
  tokenCommand,
  webhooks,
  whoami,
  health,
  sidecar,
  completion,
  help,
];
/** A person waits: three tries, within a second and a half unless the service asks for more. */
const RETRIES = 2;

/** Runs one command line and gives its exit code, see `EXIT`. Nothing is thrown: errors go to stderr, without a stack. */
export async function runProgram(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { stdout, stderr, interruption } = surroundings;
  let command: Command | undefined;
  try {
    const index = commandIndex(args, GLOBAL_OPTIONS);
    const before = index < 0 ? args : args.slice(0, index);
    if (before.includes('--version')) return print(stdout, `${surroundings.version}\n`);
    if (index < 0 && before.some((arg) => ['--help', '-h'].includes(arg))) return print(stdout, programHelp(COMMANDS));
    if (index < 0) parseArguments(before, GLOBAL_OPTIONS, []); // for what is wrong with the options
    const word = args[index];
    command = COMMANDS.find(({ name, formerName = name }) => word === name || word === formerName);
    if (!command) throw new UsageError(index < 0 ? 'a command is missing' : `there is no command "${word}"`);
    if (word !== command.name) stderr.write(`${PROGRAM} ${word}: this is "${PROGRAM} ${command.name}" now\n`);
    return await runCommand(command, [...before, ...args.slice(index + 1)], surroundings);
  } catch (error) {
    if (interruption.aborted) return 128 + constants.signals[interruption.reason as NodeJS.Signals];
    const { lines, code } = describeFailure(error);
    const prefix = command ? `${PROGRAM} ${command.name}` : PROGRAM;
    for (const line of lines) stderr.write(`${prefix}: ${line}\n`);
    if (code === EXIT.usage)
      stderr.write(`Try "${command ? `${PROGRAM} help ${command.name}` : `${PROGRAM} help`}".\n`);
    return code;
  }
}

async function runCommand(command: Command, args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { stdout, stderr, environment, interruption, isInteractive, version } = surroundings;
  // What a wrapped command is given is its own business, whatever it looks like.
  const end = command.runsCommand && args.includes('--') ? args.indexOf('--') : args.length;
  const own = args.slice(0, end);
  if (own.includes('--help') || own.includes('-h')) return print(stdout, commandHelp(command));
  const parsed = parseArguments(own, [...command.options, ...globalOptionsOf(command)], command.operands);
  const format = formatOf(command, parsed);
  return command.run({
    args: parsed,
    commandLine: args.slice(end + 1),
    output: new Output(stdout, stderr, environment, format, format === 'yaml' ? await loadYaml() : undefined),
    isInteractive,
    get stdin() {
      return surroundings.stdin;
    },
    get clientOptions() {
      return clientOptions(command, parsed, environment, version);
    },
    get client() {
      return new AgentRegistryClient(this.clientOptions);
    },
    interruption,
    commands: COMMANDS,
  });
}

/** @throws UsageError when both options are there and say different things */
function formatOf(command: Command, args: Arguments): OutputFormat {
  const format = globalText(command, args, 'format');
  if (!args.flag('json')) return (format ?? 'table') as OutputFormat;
  if (format !== undefined && format !== 'json') throw new UsageError('give --json or --format, not both');
  return 'json';
}

/** What an option of every command says. One of the same name that is the command's own means something else. */
function globalText({ options }: Command, args: Arguments, name: 'format' | 'timeout'): string | undefined {
  return options.some((own) => own.name === name) ? undefined : args.text(name);
}

function clientOptions(command: Command, args: Arguments, environment: Environment, version: string): ClientOptions {
  const timeout = globalText(command, args, 'timeout');
  return {
    url: urlOf(args.text('url'), environment.AGENT_REGISTRY_URL),
    token: tokenOf(args, environment),
    retries: RETRIES,
    userAgent: `${PROGRAM}-cli/${version}`,
    ...(timeout !== undefined && { timeoutMs: Number(timeout) * 1000 }),
  };
}

function urlOf(option: string | undefined, variable: string | undefined): string {
  const [source, text] = option === undefined ? ['AGENT_REGISTRY_URL', variable || DEFAULT_URL] : ['--url', option];
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && ['http:', 'https:'].includes(url.protocol) && url.username === '' && url.password === '') return text;
  throw new UsageError(`${source} must be like ${DEFAULT_URL}, without a user or a password`);
}

function tokenOf(args: Arguments, environment: Environment): Token | undefined {
  const token = args.text('token');
  const file = args.text('token-file');
  if (file === undefined) {
    if (token !== undefined) return checkToken(token, '--token');
    const { AGENT_REGISTRY_TOKEN: variable } = environment;
    return variable ? checkToken(variable, 'AGENT_REGISTRY_TOKEN') : undefined;
  }
  if (token !== undefined) throw new UsageError('give --token or --token-file, not both');
  const read = (): string => checkToken(readToken(file), '--token-file');
  read(); // now, for what is wrong with it
  return read;
}

function readToken(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new UsageError(`--token-file: ${(error as Error).message}`, { cause: error });
  }
}

function checkToken(token: string, source: string): string {
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new UsageError(`${source} must be visible ASCII characters without spaces`);
}

function print(stdout: Screen, text: string): number {
  stdout.write(text);
  return EXIT.ok;
}
