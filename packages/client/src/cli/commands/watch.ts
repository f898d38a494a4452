import type { AgentRegistryClient } from '../../client.js';
import type { ApiError } from '../../errors.js';
import type { RequestOptions } from '../../transport.js';
import type { Agent, AgentEvent, AgentSummary } from '../../types.js';
import { agentTable } from '../agent-view.js';
import { type Change, changeOf } from '../changes.js';
import type { Call, Command } from '../command.js';
import { EVENT_COLUMNS, eventTexts } from '../event-view.js';
import { EXIT } from '../exit-codes.js';
import { FILTERS, listQuery } from '../filters.js';
import { FORMER_INTERVAL, noteFormerInterval, untilInterrupted } from '../following.js';
import type { Output } from '../output.js';
import { UsageError } from '../usage-error.js';

const REDRAW_MS = 1_000;
/** How often signs of life are refreshed on a terminal, in seconds. */
const HEALTH_INTERVAL = 5;
const EVENTS_BEFORE = 10;
const EVENTS_PAGE = 100;
/** Of a change of the fleet as CSV. */
const CHANGE_COLUMNS = ['at', 'change', 'agent.id', 'agent.name', 'agent.type', 'agent.status', 'fields'];

/** Terminals' control sequences (ECMA-48, and xterm's private modes). */
const SCREEN = {
  /** The other screen, without a cursor and without wrapping. */
  enter: '\u001b[?1049h\u001b[?25l\u001b[?7l',
  leave: '\u001b[?7h\u001b[?25h\u001b[?1049l',
  home: '\u001b[H',
  clearLine: '\u001b[K',
  clearBelow: '\u001b[J',
};

export const watch: Command = {
  name: 'watch',
  summary: 'Follow what becomes of agents, until Ctrl-C',
  details: `The registry sends each change as it comes.
Without an ID it is about the agents that match. On a terminal it draws them; elsewhere it prints one line a change:
present (there at the start), appeared, changed, gone (deregistered, or not matching the filters any more).
With an ID it prints the agent's events, the last ${EVENTS_BEFORE} and then all that follow, and ends when it is deregistered.
Once the registry has answered, it goes on where it was whatever happens to the registry.`,
  operands: [{ name: 'ID', optional: true }],
  options: [...FILTERS, FORMER_INTERVAL],
  async run(call) {
    const id = call.args.optionalOperand('ID');
    noteFormerInterval(call);
    if (id !== undefined) await watchAgent(call, id);
    else if (call.output.isTerminal) await drawFleet(call);
    else await printFleet(call);
    return EXIT.ok;
  },
};

async function printFleet(call: Call): Promise<void> {
  const { args, client, output } = call;
  const fleet = client.watchAgents(listQuery(args), untilInterrupted(call));
  let isFirstPart = true;
  fleet.subscribe((told) => {
    if (told.type === 'synced') isFirstPart = false;
    if (told.type !== 'upsert' && told.type !== 'remove') return;
    const change = changeOf(told, isFirstPart);
    if (change) printChange(output, change);
  });
  await fleet.closed;
}

async function drawFleet(call: Call): Promise<void> {
  const { args, client, output } = call;
  let outage: string | undefined;
  const following = untilInterrupted(call, (reason) => (outage = reason));
  const fleet = client.watchAgents({ ...listQuery(args), healthInterval: HEALTH_INTERVAL }, following);
  let redrawing: NodeJS.Timeout | undefined;
  const draw = (): void => drawScreen(output, [...fleet.agents.values()].map(summaryOf), outage);
  fleet.subscribe(({ type }) => {
    if (type !== 'synced' || redrawing) return;
    output.write(SCREEN.enter);
    draw();
    redrawing = setInterval(draw, REDRAW_MS);
  });
  try {
    await fleet.closed;
  } finally {
    if (redrawing) output.write(SCREEN.leave);
    clearInterval(redrawing);
  }
}

/** An agent as lists show it. */
function summaryOf({ health: _health, heartbeat: _heartbeat, metadata: _metadata, ...summary }: Agent): AgentSummary {
  return summary;
}

function drawScreen(output: Output, unsorted: readonly AgentSummary[], outage: string | undefined): void {
  const { colors, height } = output;
  const agents = [...unsorted].sort((a, b) => (a.id < b.id ? -1 : 1));
  const time = new Date();
  const count = `${agents.length} ${agents.length === 1 ? 'agent' : 'agents'}`;
  const head = outage === undefined ? count : colors.red(`${count}, as last seen: ${outage}`);
  const table = agentTable(output, agents, time);
  const room = Math.max(height - 2, 1);
  const shown = table.length <= room ? table : [...table.slice(0, room - 1), `${table.length - room + 1} more`];
  const lines = [`${head}  ${colors.dim(time.toLocaleTimeString())}`, ...shown];
  output.write(SCREEN.home + lines.map((line) => `${line}${SCREEN.clearLine}\n`).join('') + SCREEN.clearBelow);
}

function printChange(output: Output, { change, agent, fields = [], cause }: Change): void {
  const at = new Date().toISOString();
  const more = { ...(fields.length > 0 && { fields }), ...(cause && { cause }) };
  if (!output.isTable) return output.item({ at, change, agent, ...more }, CHANGE_COLUMNS);
  const value = (content: unknown): string => (typeof content === 'string' ? content : JSON.stringify(content));
  const details = fields.map(({ field, from, to }) => `${field}: ${value(from)} -> ${value(to)}`).join('; ');
  output.table([], [[{ text: at }, { text: change }, { text: agent.id }, { text: details || agent.status }]]);
}

async function watchAgent(call: Call, id: string): Promise<void> {
  const { args, client, output, interruption: signal } = call;
  const filter = FILTERS.find(({ name }) => args.has(name));
  if (filter) throw new UsageError(`--${filter.name} does not go with an ID`);
  const following = untilInterrupted(call);
  let last: number | undefined;
  const print = (event: AgentEvent): void => {
    printEvent(output, event);
    last = event.revision;
  };
  const isOver = (event: AgentEvent | undefined): boolean => {
    if (event?.type === 'deregistered') output.note(`${id} is deregistered`);
    return event?.type === 'deregistered';
  };
  for (;;) {
    // What comes between the two is in both, and printed once.
    const options = { signal, ...(last !== undefined && { retries: Infinity }) };
    const { next_cursor: after } = await client.listEvents({ after: 'now' }, options);
    const known = await eventsSince(client, id, last, options);
    following.onConnect?.(); // it has answered: from now on outages are waited out
    known.forEach(print);
    if (isOver(known.at(-1))) return;
    try {
      for await (const { agent_id: _, agent: __, cursor: ___, ...event } of client.events(
        { after, agent_id: id },
        following,
      )) {
        if (event.revision > (last ?? 0)) print(event);
        if (event.revision === last && isOver(event)) return;
      }
    } catch (error) {
      if ((error as ApiError).status !== 410) throw error;
    }
  }
}

/** The events of an agent after a revision, or the last of all, oldest first. */
async function eventsSince(
  client: AgentRegistryClient,
  id: string,
  last: number | undefined,
  options: RequestOptions,
): Promise<AgentEvent[]> {
  if (last === undefined) return (await client.events(id, { limit: EVENTS_BEFORE }, options)).events.reverse();
  const events: AgentEvent[] = [];
  for await (const event of client.eventsAll(id, { limit: EVENTS_PAGE }, options)) {
    if (event.revision <= last) break;
    events.unshift(event);
  }
  return events;
}

function printEvent(output: Output, event: AgentEvent): void {
  if (!output.isTable) return output.item(event, EVENT_COLUMNS);
  const texts = eventTexts(event);
  if (output.isTerminal) output.line(texts.filter((text) => text !== '').join('  '));
  else output.table([], [texts.map((text) => ({ text }))]);
}
