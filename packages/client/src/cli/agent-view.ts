import type { AgentHealth, AgentPage, AgentSummary } from '../types.js';
import type { Call } from './command.js';
import type { Output } from './output.js';
import type { Column } from './table.js';

const COLUMNS: readonly Column[] = [
  { title: 'ID', min: 12 },
  { title: 'NAME', min: 8 },
  { title: 'TYPE', min: 6 },
  { title: 'STATUS' },
  { title: 'LAST SEEN' },
  { title: 'CAPABILITIES', min: 12 },
];

/** Agents, one a line. */
export function agentTable(output: Output, agents: readonly AgentSummary[], now: Date): string[] {
  const rows = agents.map(({ id, name, type, status, last_seen, capabilities }) => [
    { text: id },
    { text: name },
    { text: type },
    output.status(status),
    { text: output.time(last_seen, now) },
    { text: capabilities.join(',') },
  ]);
  return output.tableLines(COLUMNS, rows);
}

/** The page from `cursor` on, or with `--all` all pages as one. What is left out is told beside the result. */
export async function printPages(
  { args, output }: Pick<Call, 'args' | 'output'>,
  page: (cursor: string | undefined) => Promise<AgentPage>,
): Promise<void> {
  const result = await page(args.text('cursor'));
  while (args.flag('all') && result.next_cursor !== null) {
    const next = await page(result.next_cursor);
    result.agents.push(...next.agents);
    result.next_cursor = next.next_cursor;
  }
  if (output.isJson) return output.json(result);
  for (const line of agentTable(output, result.agents, new Date())) output.line(line);
  if (result.total === 0) output.note('no agent matches');
  else if (result.next_cursor !== null) {
    output.note(`${result.agents.length} of ${result.total} agents; --all gives all of them`);
  }
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
