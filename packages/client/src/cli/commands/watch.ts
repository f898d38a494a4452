import { setTimeout as pause } from 'node:timers/promises';
import { ConnectionError, RateLimitedError, UnavailableError } from '../../errors.js';
import type { AgentEvent, AgentSummary } from '../../types.js';
import { agentTable } from '../agent-view.js';
import { type Change, changesBetween, type Fleet } from '../changes.js';
import type { Call, Command } from '../command.js';
import { EVENT_COLUMNS, eventTexts } from '../event-view.js';
import { EXIT } from '../exit-codes.js';
import { reasonOf } from '../failure.js';
import { FILTERS, listQuery } from '../filters.js';
import type { Output } from '../output.js';
import { UsageError } from '../usage-error.js';

const DEFAULT_INTERVAL_SECONDS = 2;
const PAGE = 1000;
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
  details: `It asks again and again, since the registry sends nothing by itself.
Without an ID it compares lists. On a terminal it draws the list anew each time; elsewhere it prints one line a change:
present (there at the first look), appeared, changed, gone (deregistered, or not matching the filters any more).
What comes and goes between two looks is not seen.
With an ID it prints the agent's events, the last ${EVENTS_BEFORE} and then all that follow, and ends when it is deregistered.
Once the registry has answered, it goes on whatever happens to the registry.`,
  operands: [{ name: 'ID', optional: true }],
  options: [
    ...FILTERS,
    {
      name: 'interval',
      value: 'SECONDS',
      number: { min: 0.1, max: 3600 },
      help: `between two looks (default ${DEFAULT_INTERVAL_SECONDS})`,
    },
  ],
  async run(call) {
    const id = call.args.optionalOperand('ID');
    if (id === undefined) await watchFleet(call);
    else await watchAgent(call, id);
    return EXIT.ok;
  },
};

/** Says that the registry does not answer, and why; undefined: that it does again. */
type TellOutage = (reason: string | undefined) => void;

/** Looks every `--interval` until `look` says that there is nothing more to see. Only the first look may fail. */
async function repeat(
  { args, interruption: signal }: Call,
  look: () => Promise<boolean>,
  tellOutage: TellOutage,
): Promise<void> {
  const interval = (args.number('interval') ?? DEFAULT_INTERVAL_SECONDS) * 1000;
  let answered = false;
  let away = false;
  for (let more = true; more;) {
    try {
      more = await look();
      if (away) tellOutage(undefined);
      answered = true;
      away = false;
    } catch (error) {
      if (!answered || !mayPass(error)) throw error;
      if (!away) tellOutage(reasonOf(error));
      away = true;
    }
    if (more) await pause(interval, undefined, { signal });
  }
}

function mayPass(error: unknown): boolean {
  return error instanceof ConnectionError || error instanceof UnavailableError || error instanceof RateLimitedError;
}

async function watchFleet(call: Call): Promise<void> {
  const { args, client, output, interruption: signal } = call;
  const query = { ...listQuery(args), limit: PAGE };
  const fetchFleet = async (): Promise<Fleet> => {
    const fleet = new Map<string, AgentSummary>();
    for await (const agent of client.listAll(query, { signal })) fleet.set(agent.id, agent);
    return fleet;
  };
  if (output.isTerminal) return drawFleet(call, fetchFleet);
  let known: Fleet | undefined;
  const look = async (): Promise<boolean> => {
    const fleet = await fetchFleet();
    for (const change of changesBetween(known, fleet)) printChange(output, change);
    known = fleet;
    return true;
  };
  await repeat(call, look, (reason) => noteOutage(output, reason));
}

async function drawFleet(call: Call, fetchFleet: () => Promise<Fleet>): Promise<void> {
  const { output } = call;
  let agents: AgentSummary[] | undefined;
  let outage: string | undefined;
  const draw = (): void => {
    if (agents) drawScreen(output, agents, outage);
  };
  const look = async (): Promise<boolean> => {
    const fleet = await fetchFleet();
    if (!agents) output.write(SCREEN.enter);
    agents = [...fleet.values()];
    draw();
    return true;
  };
  const tellOutage: TellOutage = (reason) => {
    outage = reason;
    draw();
  };
  try {
    await repeat(call, look, tellOutage);
  } finally {
    if (agents) output.write(SCREEN.leave);
  }
}

function drawScreen(output: Output, agents: readonly AgentSummary[], outage: string | undefined): void {
  const { colors, height } = output;
  const time = new Date();
  const count = `${agents.length} ${agents.length === 1 ? 'agent' : 'agents'}`;
  const head = outage === undefined ? count : colors.red(`${count}, as last seen: ${outage}`);
  const table = agentTable(output, agents, time);
  const room = Math.max(height - 2, 1);
  const shown = table.length <= room ? table : [...table.slice(0, room - 1), `${table.length - room + 1} more`];
  const lines = [`${head}  ${colors.dim(time.toLocaleTimeString())}`, ...shown];
  output.write(SCREEN.home + lines.map((line) => `${line}${SCREEN.clearLine}\n`).join('') + SCREEN.clearBelow);
}

function printChange(output: Output, { change, agent, fields = [] }: Change): void {
  const at = new Date().toISOString();
  if (!output.isTable) return output.item({ at, change, agent, ...(fields.length > 0 && { fields }) }, CHANGE_COLUMNS);
  const value = (content: unknown): string => (typeof content === 'string' ? content : JSON.stringify(content));
  const details = fields.map(({ field, from, to }) => `${field}: ${value(from)} -> ${value(to)}`).join('; ');
  output.table([], [[{ text: at }, { text: change }, { text: agent.id }, { text: details || agent.status }]]);
}

async function watchAgent(call: Call, id: string): Promise<void> {
  const { args, client, output, interruption: signal } = call;
  const filter = FILTERS.find(({ name }) => args.has(name));
  if (filter) throw new UsageError(`--${filter.name} does not go with an ID`);
  let last: number | undefined;

  const newEvents = async (): Promise<AgentEvent[]> => {
    if (last === undefined) return (await client.events(id, { limit: EVENTS_BEFORE }, { signal })).events;
    const fresh: AgentEvent[] = [];
    for await (const event of client.eventsAll(id, { limit: EVENTS_PAGE }, { signal })) {
      if (event.revision <= last) break;
      fresh.push(event);
    }
    return fresh;
  };
  const look = async (): Promise<boolean> => {
    const events = await newEvents();
    for (const event of events.reverse()) printEvent(output, event);
    last = events.at(-1)?.revision ?? last ?? 0;
    const isOver = events.at(-1)?.type === 'deregistered';
    if (isOver) output.note(`${id} is deregistered`);
    return !isOver;
  };
  await repeat(call, look, (reason) => noteOutage(output, reason));
}

function printEvent(output: Output, event: AgentEvent): void {
  if (!output.isTable) return output.item(event, EVENT_COLUMNS);
  const texts = eventTexts(event);
  if (output.isTerminal) output.line(texts.filter((text) => text !== '').join('  '));
  else output.table([], [texts.map((text) => ({ text }))]);
}

function noteOutage(output: Output, reason: string | undefined): void {
  output.note(reason === undefined ? 'the registry answers again' : `trying again: ${reason}`);
}
