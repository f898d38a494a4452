import type { Agent, AgentEvent } from '../../types.js';
import type { Call, Command } from '../command.js';
import { eventTexts } from '../event-view.js';
import { EXIT } from '../exit-codes.js';
import { LOG_PAGE } from '../log-range.js';
import type { Output } from '../output.js';
import type { Cell } from '../table.js';

/** Figures of a report, as they are shown. */
const FIGURES = ['cpu_percent', 'memory_percent', 'active_connections', 'error_count'] as const;

export const why: Command = {
  name: 'why',
  summary: 'Tell why an agent is as it is',
  details: `Since when it has its status, what or who made it so and in which words; when the agent was heard last and how many
heartbeats are missing; and what it said of its health.`,
  operands: [{ name: 'ID' }],
  options: [],
  async run(call) {
    const { args, client, output, interruption: signal } = call;
    const { etag: _, ...agent } = await client.get(args.operand('ID'), { signal });
    const event = await lastTransition(call, agent);
    const { id, status, last_seen, health, heartbeat } = agent;
    if (!output.isTable)
      output.result({ id, status, last_seen, since: event?.occurred_at ?? null, event, health, heartbeat });
    else output.pairs(explanation(output, agent, event, new Date()));
    return EXIT.ok;
  },
};

/** The event that gave the agent its status; null when the log does not reach that far back. */
async function lastTransition(
  { client, interruption: signal }: Call,
  { id, status }: Agent,
): Promise<AgentEvent | null> {
  for await (const event of client.eventsAll(id, { limit: LOG_PAGE }, { signal }))
    if (event.to === status && event.from !== event.to) return event;
  return null;
}

function explanation(output: Output, agent: Agent, event: AgentEvent | null, now: Date): [string, Cell][] {
  const { id, status, health, heartbeat, last_seen } = agent;
  const [, , change = '', by = '', reason = ''] = event === null ? [] : eventTexts(event);
  const line = (name: string, text: string): [string, Cell][] => (text === '' ? [] : [[name, { text }]]);
  return [
    ['id', { text: id }],
    ['status', output.status(status)],
    ...line('since', event === null ? '' : output.longTime(event.occurred_at, now)),
    ...line('change', change),
    ...line('by', by),
    ...line('reason', reason),
    ['last_seen', { text: output.longTime(last_seen, now) }],
    [
      'missed_beats',
      { text: `${heartbeat.missed_beats} of ${heartbeat.interval_seconds} s, timeout ${heartbeat.timeout_seconds} s` },
    ],
    ['health', output.status(health.status)],
    ...line('message', health.message ?? ''),
    ...FIGURES.flatMap((name) => line(name, health[name] === null ? '' : String(health[name]))),
    ...line('last_report', health.last_check === null ? '' : output.longTime(health.last_check, now)),
  ];
}
