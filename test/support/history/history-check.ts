import { generationOf, type Call } from './call';

/** One row of `agent_events`. */
export interface LoggedEvent {
  type: string;
  /** Milliseconds since the epoch. */
  occurredAt: number;
  from: string | null;
  to: string | null;
  cause: string;
  reason: string | null;
  data: { name: string; generation: number; silent_seconds?: number };
}

/** What the agent's own row says. */
export interface AgentRow {
  name: string;
  status: string;
  generation: number;
  isDeregistered: boolean;
}

/** The shortest silence, in seconds, for which the sweep may take an agent for dead. */
export interface LogRules {
  silenceSeconds: number;
}

/** A beat may wait for a database that is away for so long before it is written; on a slow machine too. */
const BEAT_MS = 120_000;
/** The database's clock and ours may differ by so much. */
const CLOCKS_MS = 1_000;

/** The contract's lifecycle table: what happened, from which status, to which. */
const LIFECYCLE: Record<string, readonly string[]> = {
  registered: [
    '- active',
    'active active',
    'unhealthy active',
    'inactive active',
    'maintenance maintenance',
    'deregistered active',
  ],
  silence: ['active unhealthy', 'unhealthy inactive'],
  heartbeat: ['unhealthy active', 'inactive active'],
  operator: ['active maintenance', 'unhealthy maintenance', 'inactive maintenance', 'maintenance active'],
  deregistered: ['active deregistered', 'unhealthy deregistered', 'inactive deregistered', 'maintenance deregistered'],
};
/** What the service does on its own account, as the cause tells. */
const ITS_OWN = ['silence', 'heartbeat'];
const CHANGES = ['register', 'replace', 'merge', 'maintenance', 'active', 'deregister'];

/**
 * What is wrong with the event log of one agent, in words; nothing when it is right. `events` are in the order of their
 * revisions, together with the row of the same moment; `calls` are all calls of all clients about this agent.
 */
export function faultsOf(calls: Call[], events: LoggedEvent[], row: AgentRow | undefined, rules: LogRules): string[] {
  return [
    ...chainFaults(events, rules),
    ...rowFaults(events, row),
    ...callFaults(
      calls.filter(({ kind }) => CHANGES.includes(kind)),
      events,
    ),
    ...revivalFaults(
      calls.filter(({ kind, outcome }) => kind === 'beat' && outcome !== 'refused'),
      events,
    ),
    ...unfoundedRefusals(calls, events),
  ];
}

/** Each event follows from the one before. */
function chainFaults(events: LoggedEvent[], { silenceSeconds }: LogRules): string[] {
  const faults: string[] = [];
  let status = '-';
  events.forEach((event, index) => {
    const { type, from, to, cause, data } = event;
    const refuse = (why: string): void => void faults.push(`${why}: ${told(event)}`);
    if (data.generation !== index + 1) refuse(`an event is missing or out of order, generation ${index + 1} expected`);
    if (type === 'updated') {
      if (from !== null || to !== null) refuse('an update is no transition');
      if (status === '-' || status === 'deregistered') refuse(`an update of an agent that is ${status}`);
      return;
    }
    const change = type === 'status_changed' ? cause : type;
    if ((from ?? '-') !== status) refuse(`it was ${status} before`);
    if (!LIFECYCLE[change]?.includes(`${from ?? '-'} ${to}`)) refuse('no such transition');
    if (change === 'silence' && !(data.silent_seconds! >= silenceSeconds)) refuse('not silent for long enough');
    status = to ?? '-';
  });
  return faults;
}

/** The row is what the last event says. */
function rowFaults(events: LoggedEvent[], row: AgentRow | undefined): string[] {
  const last = events.at(-1);
  if (!row) return last ? [`no row, but ${told(last)}`] : [];
  if (!last) return ['a row without an event'];
  const expected: AgentRow = {
    name: last.data.name,
    status: events.findLast(({ to }) => to !== null)?.to ?? '',
    generation: last.data.generation,
    isDeregistered: events.findLast(({ to }) => to !== null)?.to === 'deregistered',
  };
  const keys = Object.keys(expected) as (keyof AgentRow)[];
  return keys
    .filter((key) => row[key] !== expected[key])
    .map((key) => `the row's ${key} is ${row[key]}, the last event's ${expected[key]}`);
}

/** Acknowledged changes have their one event each, refused ones none, and no event is without a call. */
function callFaults(changes: Call[], events: LoggedEvent[]): string[] {
  const faults: string[] = [];
  const places = new Map<Call, number>();
  const place = (call: Call, at: number): void => {
    if (places.has(call)) faults.push(`happened twice: ${called(call)}, ${told(events[at]!)}`);
    else places.set(call, at);
  };
  const byMark = new Map(changes.map((call) => [`${eventType(call)} ${call.mark}`, call]));
  const unmarked: number[] = [];
  events.forEach((event, at) => {
    const { type, cause, reason, data } = event;
    const call = byMark.get(`${type} ${type === 'status_changed' ? reason : data.name}`);
    if (type === 'deregistered') unmarked.push(at);
    else if (call) place(call, at);
    else if (type !== 'status_changed' || !ITS_OWN.includes(cause)) faults.push(`nobody asked for ${told(event)}`);
  });
  faults.push(...placeDeregistrations(changes, events, unmarked, places));
  for (const call of changes) {
    const at = places.get(call);
    if (call.outcome === 'done' && at === undefined) faults.push(`acknowledged without an event: ${called(call)}`);
    if (call.outcome === 'refused' && at !== undefined) faults.push(`refused, and happened: ${called(call)}`);
    const { generation } = events[at ?? -1]?.data ?? {};
    if (at === undefined || generation === undefined) continue;
    if (call.ifMatch && generationOf(call.ifMatch) !== generation - 1)
      faults.push(`lost update, made on another state than If-Match named: ${called(call)}, ${told(events[at]!)}`);
    if (call.etag && generationOf(call.etag) !== generation)
      faults.push(`the answer speaks of another change: ${called(call)} ${call.etag}, ${told(events[at]!)}`);
  }
  return [...faults, ...orderFaults(places, events)];
}

/**
 * An event of a deregistration bears no mark, so it belongs to one of the calls that it lies in the time of; where there are
 * several, to the one whose time ends first (earliest deadline first: if any assignment is possible, this one is).
 */
function placeDeregistrations(
  changes: Call[],
  events: LoggedEvent[],
  unmarked: number[],
  places: Map<Call, number>,
): string[] {
  const marked = [...places];
  const candidates = changes
    .filter(({ kind, outcome }) => kind === 'deregister' && outcome !== 'refused')
    .map((call) => {
      const before = marked.filter(([other]) => isBefore(other, call)).map(([, at]) => at);
      const later = marked.filter(([other]) => isBefore(call, other)).map(([, at]) => at);
      return { call, first: Math.max(-1, ...before), last: Math.min(events.length, ...later) };
    });
  const faults: string[] = [];
  for (const at of unmarked) {
    const open = candidates.filter(({ call, first, last }) => !places.has(call) && first < at && at < last);
    const [candidate] = open.sort(
      (one, other) =>
        one.last - other.last || Number(one.call.outcome === 'unknown') - Number(other.call.outcome === 'unknown'),
    );
    if (candidate) places.set(candidate.call, at);
    else faults.push(`nobody asked for ${told(events[at]!)}`);
  }
  return faults;
}

/** A change that was acknowledged before another one was asked for is before it in the log. */
function orderFaults(places: Map<Call, number>, events: LoggedEvent[]): string[] {
  const placed = [...places];
  return placed.flatMap(([call, at]) =>
    placed
      .filter(([other, otherAt]) => isBefore(call, other) && otherAt < at)
      .map(([other, otherAt]) => `out of order: ${called(call)}, then ${called(other)}, but ${told(events[otherAt]!)}`),
  );
}

/** Who is revived has beaten. */
function revivalFaults(beats: Call[], events: LoggedEvent[]): string[] {
  return events
    .filter(({ type, cause }) => type === 'status_changed' && cause === 'heartbeat')
    .filter(({ occurredAt }) =>
      beats.every(({ sentAt }) => sentAt > occurredAt + CLOCKS_MS || sentAt < occurredAt - BEAT_MS),
    )
    .map((event) => `revived without a beat: ${told(event)}`);
}

/** Whom If-Match turns away, somebody else was faster. */
function unfoundedRefusals(calls: Call[], events: LoggedEvent[]): string[] {
  return calls
    .filter(({ code, ifMatch }) => code === 'precondition_failed' && ifMatch)
    .filter(({ ifMatch, answeredAt }) =>
      events.every(
        ({ data, occurredAt }) => data.generation <= generationOf(ifMatch!) || occurredAt > answeredAt + CLOCKS_MS,
      ),
    )
    .map((call) => `refused by If-Match, but nothing had changed: ${called(call)} ${call.ifMatch}`);
}

/** What was not acknowledged may happen late: nothing is known to be after it. */
function isBefore(one: Call, other: Call): boolean {
  return one.outcome === 'done' && one.answeredAt < other.sentAt;
}

function eventType({ kind }: Call): string {
  if (kind === 'register') return 'registered';
  if (kind === 'replace' || kind === 'merge') return 'updated';
  return kind === 'deregister' ? 'deregistered' : 'status_changed';
}

function told({ type, from, to, cause, reason, data }: LoggedEvent): string {
  return `event ${data.generation} ${type} ${from ?? '-'} -> ${to ?? '-'} (${cause}: ${reason ?? data.name})`;
}

function called({ kind, mark, outcome }: Call): string {
  return `call ${kind} ${mark} (${outcome})`;
}
