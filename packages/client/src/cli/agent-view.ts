import type { Agent, AgentHealth, AgentPage, AgentSummary } from '../types.js';
import type { Call } from './command.js';
import { FIELDS } from './filters.js';
import type { Option } from './option.js';
import type { Output } from './output.js';
import { PAGE, recordsOf } from './selection.js';
import { SORT, sorted, sortingOf } from './sorting.js';
import type { Column } from './table.js';
import { UsageError } from './usage-error.js';

const COLUMNS: readonly Column[] = [
  { title: 'ID', min: 12 },
  { title: 'NAME', min: 8 },
  { title: 'TYPE', min: 6 },
  { title: 'STATUS' },
  { title: 'LAST SEEN' },
  { title: 'CAPABILITIES', min: 12 },
];
const FULL_COLUMNS: readonly Column[] = [...COLUMNS, { title: 'HEALTH' }, { title: 'METADATA', min: 12 }];

/** How lists are shown. */
export const VIEW: readonly Option[] = [
  SORT,
  { name: 'full', help: 'whole records, with health and metadata; one more request for each agent' },
];

/** @throws UsageError when members are asked for that a table has no columns for */
export function requireFormat({ args, output }: Call): void {
  for (const name of ['sort', 'full'])
    if (args.has(FIELDS.name) && args.has(name)) throw new UsageError(`--${name} does not go with --${FIELDS.name}`);
  if (args.has('order-by') && args.has('sort')) throw new UsageError('--sort does not go with --order-by');
  if (args.has(FIELDS.name) && output.isTable)
    throw new UsageError(`--${FIELDS.name} takes a --format for programs: json, ndjson, csv or yaml`);
}

/** Agents, one a line. Where one is a whole record, all are. */
export function agentTable(output: Output, agents: readonly (AgentSummary | Agent)[], now: Date): string[] {
  const rows = agents.map((agent) => [
    { text: agent.id },
    { text: agent.name },
    { text: agent.type },
    output.status(agent.status),
    { text: output.time(agent.last_seen, now) },
    { text: agent.capabilities.join(',') },
    ...('health' in agent ? [output.status(agent.health.status), { text: JSON.stringify(agent.metadata) }] : []),
  ]);
  return output.tableLines(agents.some((agent) => 'health' in agent) ? FULL_COLUMNS : COLUMNS, rows);
}

/**
 * Prints the page from `cursor` on, or with `--all` all pages as one; with `--sort` the first `--limit` of all. A note says what
 * is left out.
 */
export async function printPages(
  call: Call,
  page: (cursor: string | undefined, limit: number | undefined) => Promise<AgentPage>,
): Promise<void> {
  const { args } = call;
  const isSorted = args.has(SORT.name);
  if (isSorted && args.has('cursor')) throw new UsageError(`--cursor does not go with --${SORT.name}`);
  const limit = isSorted ? PAGE : args.number('limit');
  const result = await page(args.text('cursor'), limit);
  while ((isSorted || args.flag('all')) && result.next_cursor !== null) {
    const next = await page(result.next_cursor, limit);
    result.agents.push(...next.agents);
    result.next_cursor = next.next_cursor;
  }
  await printAgents(call, result, isSorted);
}

/** Prints agents in the order of `--sort`. Of all that match (`areAll`), as many as `--limit` says, unless `--all` does. */
export async function printAgents(
  call: Call,
  { agents: found, total, next_cursor, ...rest }: AgentPage,
  areAll: boolean,
): Promise<void> {
  const { args, output } = call;
  const isFull = args.flag('full');
  const sorting = sortingOf(args, isFull);
  const inOrder = sorted<AgentSummary | Agent>(isFull ? await recordsOf(call, found) : found, sorting);
  const agents = areAll && !args.flag('all') ? inOrder.slice(0, args.number('limit')) : inOrder;
  if (!output.isTable) return output.result({ agents, total, next_cursor, ...rest }, agents);
  for (const line of agentTable(output, agents, new Date())) output.line(line);
  if (total === 0) output.note('no agent matches');
  else if (next_cursor !== null || agents.length < inOrder.length)
    output.note(`${agents.length} of ${total} agents; --all gives all of them`);
}

/** How one agent is, in a line. */
export function printStatus(
  output: Output,
  id: string,
  { status, health, last_seen }: Omit<AgentHealth, 'agent_id'>,
): void {
  output.table(
    [{ title: 'ID' }, { title: 'STATUS' }, { title: 'HEALTH' }, { title: 'LAST SEEN' }],
    [[{ text: id }, output.status(status), output.status(health.status), { text: output.time(last_seen, new Date()) }]],
  );
}
