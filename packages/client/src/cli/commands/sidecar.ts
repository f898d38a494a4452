import { basename } from 'node:path';
import { AgentKeeper } from '../agent-keeper.js';
import { ChildCommand, describeEnd, endedWell, exitCodeOf, SpawnError } from '../child-command.js';
import { type Command, PROGRAM } from '../command.js';
import { CommandUsage } from '../command-usage.js';
import { followReadiness } from '../readiness-check.js';
import { checkFrom, READINESS } from '../readiness-options.js';
import { REGISTRATION, registrationFrom } from '../registration.js';
import { printable } from '../text-width.js';
import { UsageError } from '../usage-error.js';

/** How long the end may wait for the registry. */
const END_MS = 5000;

export const sidecar: Command = {
  name: 'sidecar',
  summary: 'Run a command, and keep it registered as an agent while it runs',
  details: `The command gets this program's input, output and signals, and this program ends with its exit code (128 + the signal's
number when it was killed; 127 when there is no such command, 126 when it cannot be run). The agent is called after the command
and has the type "process" unless the options say otherwise. Heartbeats carry the CPU and memory of the command and its
descendants (on Linux; elsewhere only for how long it has run). Whatever becomes of the registry, the command runs on.

With --check-url or --check-command the agent takes work once the check has succeeded, and no longer when it has failed three times in
a row: heartbeats say so as "ready".

The command ends with 0, or by a signal that asks to stop (SIGTERM, SIGINT, SIGHUP, SIGQUIT): the agent is deregistered.
It ends otherwise: the agent says that it is unhealthy and why (last_exit in its metadata) and its heartbeats end. With an --id
it stays registered, since its next start takes its place, and is unhealthy from its timeout on; without one it is deregistered.
This program is killed with -9: the command runs on unwatched, and the agent is unhealthy from its timeout on.`,
  operands: [],
  options: [
    ...REGISTRATION,
    ...READINESS,
    {
      name: 'on-failure',
      value: 'ACTION',
      choices: ['keep', 'deregister'],
      help: 'what becomes of an agent whose command has failed (default: keep with an --id, else deregister)',
    },
  ],
  runsCommand: true,
  async run({ args, commandLine, clientOptions, output }) {
    const [command, ...rest] = commandLine;
    if (!command) throw new UsageError('after the options put -- and the command');
    const check = checkFrom(args);
    const tell = (message: string): void => output.note(`${PROGRAM} sidecar: ${printable(message)}`);
    let child: ChildCommand;
    try {
      child = await ChildCommand.start(command, rest);
    } catch (error) {
      if (!(error instanceof SpawnError)) throw error;
      tell(error.message);
      return error.exitCode;
    }
    const usage = new CommandUsage(child.pid);
    const agent = { name: basename(command), type: 'process', ...registrationFrom(args) };
    const keeper = new AgentKeeper({ client: clientOptions, agent, health: () => usage.measure(), tell });
    const checking = new AbortController();
    const onChange = (isReady: boolean): void => keeper.ready(isReady);
    if (check) void followReadiness({ ...check, onChange, tell }, checking.signal);
    const end = await child.end;
    checking.abort();
    const code = exitCodeOf(end);
    const keep = (args.text('on-failure') ?? (agent.id === undefined ? 'deregister' : 'keep')) === 'keep';
    await keeper.end(END_MS, endedWell(end) ? undefined : { reason: describeEnd(end), keep });
    return code;
  },
};
