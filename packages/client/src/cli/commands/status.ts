import { printStatus } from '../agent-view.js';
import { confirm } from '../confirmation.js';
import type { Call, Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { reasonOf } from '../failure.js';
import { ApiError, ConnectionError } from '../../errors.js';
import { inParallel } from '../in-parallel.js';
import { agentsOf, AT_ONCE, listQueries, rejectSelection, SELECTION } from '../selection.js';
import { SETTABLE_STATUSES } from '../statuses.js';
import { printable } from '../text-width.js';
import { UsageError } from '../usage-error.js';
import type { AgentSummary, SettableStatus } from '../../types.js';

/** Options that say that all agents that match are meant. */
const OF_MANY = [...SELECTION.map(({ name }) => name), 'all'];

export const status: Command = {
  name: 'status',
  summary: 'Tell how an agent is, or take agents out of service and back',
  details: `With a STATUS it is the operator's switch: an agent in maintenance is not expected to send heartbeats. A quarantined one is
listed and never discovered, and may send heartbeats and nothing else, until an operator sets it active.

  agent-registry status STATUS --metadata host=h1 [--dry-run] [--yes]

sets it for all agents that match the filters, or for --all. It shows what it is about to do and asks once; without a terminal
--yes takes the place of the answer. Agents that have the status already are left as they are. Exit code 1 when any was refused.`,
  operands: [{ name: 'ID' }, { name: 'STATUS', optional: true, choices: SETTABLE_STATUSES }],
  options: [
    { name: 'reason', value: 'TEXT', help: 'why, for the event log' },
    { name: 'if-safe', help: 'not when others that depend on it would not be available any more' },
    ...SELECTION,
    { name: 'all', help: 'every agent there is' },
    { name: 'dry-run', help: 'print the agents whose status would be set, and set none' },
    { name: 'yes', help: 'do not ask' },
  ],
  async run(call) {
    const { args, client, output, interruption: signal } = call;
    const isOfMany = OF_MANY.some((name) => args.has(name));
    if (isOfMany) return setMany(call);
    const id = args.operand('ID');
    const wanted = args.optionalOperand('STATUS') as SettableStatus | undefined;
    const reason = args.text('reason');
    for (const name of ['dry-run', 'yes'])
      if (args.has(name)) throw new UsageError(`--${name} goes with filters, or with --all`);
    if (wanted === undefined) {
      if (reason !== undefined) throw new UsageError('--reason goes with a STATUS');
      const answer = await client.agentHealth(id, { signal });
      if (!output.isTable) output.result(answer);
      else printStatus(output, id, answer);
      return EXIT.ok;
    }
    const { etag: _, ...agent } = await client.setStatus(id, wanted, {
      reason,
      ifSafe: args.flag('if-safe') || undefined,
      signal,
    });
    if (!output.isTable) output.result(agent);
    else printStatus(output, id, agent);
    return EXIT.ok;
  },
};

const OUTCOMES = ['set', 'unchanged', 'failed'] as const;

interface Outcome {
  readonly id: string;
  readonly outcome: (typeof OUTCOMES)[number];
  /** The status as it is now; of one that failed, as it was. */
  readonly status: string;
  readonly code?: string;
  readonly detail?: string;
}

async function setMany(call: Call): Promise<number> {
  const { args, output } = call;
  const wanted = statusOfMany(call);
  const agents = await agentsOf(call, listQueries(args));
  const others = agents.filter(({ status: current }) => current !== wanted);
  if (agents.length === 0) output.note('no agent matches');
  if (args.flag('dry-run')) {
    const planned = others.map(({ id, status: from }) => ({ id, from, to: wanted }));
    if (!output.isTable) output.result({ dry_run: true, status: wanted, agents: planned }, planned);
    else {
      output.table(
        [{ title: 'ID', min: 12 }, { title: 'STATUS' }, { title: 'NEW STATUS' }],
        planned.map(({ id, from, to }) => [{ text: id }, output.status(from), output.status(to)]),
      );
    }
    output.note(
      `dry run: ${count(others.length)} would be set to ${wanted}, ${agents.length - others.length} are it already`,
    );
    return EXIT.ok;
  }
  if (others.length > 0 && !args.flag('yes') && !(await confirm(call, question(others, wanted)))) {
    output.note('nothing was changed');
    return EXIT.refused;
  }
  return apply(call, agents, wanted);
}

/** @throws UsageError when the command line names no status, or an agent beside the filters */
function statusOfMany({ args, isInteractive }: Call): SettableStatus {
  const wanted = SETTABLE_STATUSES.find((each) => each === args.operand('ID'));
  if (wanted === undefined || args.optionalOperand('STATUS') !== undefined)
    throw new UsageError(`with filters there is no ID: status ${SETTABLE_STATUSES.join('|')} --metadata host=h1`);
  if (args.flag('all')) rejectSelection(args, '--all');
  if (!isInteractive && !args.flag('yes') && !args.flag('dry-run'))
    throw new UsageError('there is no terminal to ask: give --yes, or --dry-run to see which agents it would be');
  return wanted;
}

function question(agents: readonly AgentSummary[], wanted: SettableStatus): string {
  const shown = agents.slice(0, 10).map(({ id }) => printable(id));
  const more = agents.length > shown.length ? `, and ${agents.length - shown.length} more` : '';
  return `Set ${count(agents.length)} to ${wanted} (${shown.join(', ')}${more})?`;
}

async function apply(
  { args, client, output, interruption: signal }: Call,
  agents: readonly AgentSummary[],
  wanted: SettableStatus,
) {
  const reason = args.text('reason');
  const ifSafe = args.flag('if-safe') || undefined;
  const results = await inParallel(agents, AT_ONCE, async ({ id, status: current }): Promise<Outcome> => {
    if (current === wanted) return { id, outcome: 'unchanged', status: current };
    try {
      const agent = await client.setStatus(id, wanted, { reason, ifSafe, signal });
      return { id, outcome: 'set', status: agent.status };
    } catch (error) {
      if (!(error instanceof ApiError || error instanceof ConnectionError)) throw error;
      const code = error instanceof ApiError ? error.code : 'no_answer';
      return { id, outcome: 'failed', status: current, code, detail: reasonOf(error) };
    }
  });
  if (!output.isTable) output.result({ status: wanted, results }, results);
  else {
    const countOf = (wantedOutcome: string): number =>
      results.filter(({ outcome }) => outcome === wantedOutcome).length;
    output.pairs(OUTCOMES.map((outcome) => [outcome, { text: String(countOf(outcome)) }]));
  }
  const failed = results.filter(({ outcome }) => outcome === 'failed');
  for (const { id, detail = '' } of failed) output.note(`failed ${printable(id)}: ${printable(detail)}`);
  return failed.length > 0 ? EXIT.refused : EXIT.ok;
}

function count(agents: number): string {
  return agents === 1 ? '1 agent' : `${agents} agents`;
}
