/** Calls that change an agent when they succeed. */
export type ChangeKind = 'register' | 'replace' | 'merge' | 'maintenance' | 'active' | 'deregister';

/** The agent as an answer shows it. */
export interface Shown {
  name: string;
  status: string;
  /** Not in every answer. */
  metadata?: Record<string, unknown>;
}

/** One call of a client about one agent, and what came of it. Times are milliseconds since the epoch. */
export interface Call {
  agent: string;
  kind: ChangeKind | 'beat' | 'read' | 'list';
  /** A word of its own, which a change leaves in the event log: as the agent's new name, or as the reason. */
  mark: string;
  /** What a change writes into the metadata. */
  sets?: { key: string; value: number };
  ifMatch?: string;
  replica: number;
  sentAt: number;
  answeredAt: number;
  /** What the answer means: it has happened, and once; it has not happened; nobody knows (503, or no answer at all). */
  outcome: 'done' | 'refused' | 'unknown';
  /** As HTTP has it; undefined without an answer. */
  status?: number;
  /** The problem's code. */
  code?: string;
  /** Undefined in the answer to a `list` says that the agent was not there. */
  shows?: Shown;
  etag?: string;
  /** How many agents a `list` said there were. */
  total?: number;
}

/** The number that an `ETag` and an event share: how many changes the agent has seen. */
export function generationOf(etag: string): number {
  return Number(/^"(\d+)-/.exec(etag)?.[1]);
}

/** For people: the end of what a client did, each call with its moment, its replica and its answer. */
export function lastCalls(calls: readonly Call[], count: number): string {
  return calls
    .slice(-count)
    .map((call) => {
      const { kind, mark, replica, sentAt, answeredAt, outcome, status, code, shows, etag, ifMatch, sets, total } =
        call;
      const asked = { ...(sets && { [sets.key]: sets.value }), ...(ifMatch && { ifMatch }) };
      const answer = { code, ...shows, etag, total };
      const took = Math.round(answeredAt - sentAt);
      return `${timeOf(sentAt)} +${took} ms, replica ${replica}: ${kind} ${mark} ${JSON.stringify(asked)} -> ${status ?? 'no answer'} (${outcome}) ${JSON.stringify(answer)}`;
    })
    .join('\n');
}

/** The time of day, to the millisecond. */
export function timeOf(moment: number): string {
  return new Date(moment).toISOString().slice(11, 23);
}
