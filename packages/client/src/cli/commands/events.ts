import type { AgentEvent } from '../../types.js';
import type { Call, Command } from '../command.js';
import { EVENT_COLUMNS, type ListedEvent, printEvents } from '../event-view.js';
import { EXIT } from '../exit-codes.js';
import { untilInterrupted } from '../following.js';
import { inParallel } from '../in-parallel.js';
import { LOG_PAGE, LOG_RANGE, logRange, type LogRange } from '../log-range.js';
import { UsageError } from '../usage-error.js';
import { agentsOf, AT_ONCE, listQueries, rejectSelection, SELECTION } from '../selection.js';

export const events: Command = {
  name: 'events',
  summary: 'Show what has become of an agent, or of all that match, newest first',
  details: `Each event says what happened, when, who did it and why. With an ID also those of an agent that is deregistered, for as
long as the registry keeps it. Without one, those of the agents that match the filters: that is a request for each of them, and
agents that are deregistered are not among them. With --follow it prints the events that come from now on, oldest first, until Ctrl-C;
of the filters it takes --filter alone, which may ask for the event too: event.type == "status_changed" && agent.type == "compute".`,
  operands: [{ name: 'ID', optional: true }],
  options: [
    { name: 'event', value: 'TYPE', repeatable: true, help: 'of this type, as status_changed (several: any of them)' },
    { name: 'by', value: 'NAME', repeatable: true, help: 'made by this client or agent (several: any of them)' },
    { name: 'follow', help: 'print the events that come, as they come' },
    ...LOG_RANGE,
    ...SELECTION,
  ],
  async run(call) {
    const { args, output } = call;
    const id = args.optionalOperand('ID');
    if (args.flag('follow')) return follow(call, id);
    const range = logRange(args);
    const found = id === undefined ? await ofFleet(call, range) : await ofAgent(call, range, id);
    if (!output.isTable) output.result({ events: found }, found);
    else printEvents(output, found, new Date());
    if (found.length === 0) output.note('no event matches');
    return EXIT.ok;
  },
};

async function follow(call: Call, id: string | undefined): Promise<number> {
  const { args, client, output } = call;
  for (const { name } of [...LOG_RANGE, ...SELECTION])
    if (name !== 'filter' && args.has(name)) throw new UsageError(`--${name} does not go with --follow`);
  const [types, names] = [args.list('event'), args.list('by')];
  const filter = args.text('filter');
  const query = { after: 'now', type: types, filter, ...(id !== undefined && { agent_id: id }) };
  for await (const event of client.events(query, untilInterrupted(call))) {
    if (!(names?.includes(event.actor?.name ?? '') ?? true)) continue;
    if (!output.isTable) output.item(event, EVENT_COLUMNS);
    else printEvents(output, [event], new Date());
  }
  return EXIT.ok;
}

async function ofFleet(call: Call, range: LogRange): Promise<ListedEvent[]> {
  const agents = await agentsOf(call, listQueries(call.args));
  const logs = await inParallel(agents, AT_ONCE, async ({ id }) =>
    (await read(call, range, id)).map((event) => ({ agent_id: id, ...event })),
  );
  return logs
    .flat()
    .sort((a, b) => b.revision - a.revision)
    .slice(0, range.limit);
}

function ofAgent(call: Call, range: LogRange, id: string): Promise<AgentEvent[]> {
  rejectSelection(call.args, 'an ID');
  return read(call, range, id);
}

function read({ args, client, interruption: signal }: Call, range: LogRange, id: string): Promise<AgentEvent[]> {
  const [types, names] = [args.list('event'), args.list('by')];
  return range.of(
    client.eventsAll(id, { limit: LOG_PAGE }, { signal }),
    ({ occurred_at }) => occurred_at,
    ({ type, actor }) => (types?.includes(type) ?? true) && (names?.includes(actor?.name ?? '') ?? true),
  );
}
