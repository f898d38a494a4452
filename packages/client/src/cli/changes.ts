import type { AgentSummary } from '../types.js';

/** What a look at the fleet shows of one agent that the look before did not. */
export interface Change {
  readonly change: 'present' | 'appeared' | 'changed' | 'gone';
  readonly agent: AgentSummary;
  /** Of `changed`. */
  readonly fields?: readonly FieldChange[];
}

export interface FieldChange {
  readonly field: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** Agents by id. */
export type Fleet = ReadonlyMap<string, AgentSummary>;

/** It changes with each heartbeat, and says nothing else. */
const HEARTBEAT_FIELD = 'last_seen';

/** The changes from one look to the next, in the order of ids. The first look has none before it: all that is there is `present`. */
export function changesBetween(before: Fleet | undefined, after: Fleet): Change[] {
  if (!before) return [...after.values()].map((agent) => ({ change: 'present', agent }));
  const gone = [...before.values()]
    .filter(({ id }) => !after.has(id))
    .map((agent): Change => ({ change: 'gone', agent }));
  const others = [...after.values()].flatMap((agent): Change[] => {
    const known = before.get(agent.id);
    if (!known) return [{ change: 'appeared', agent }];
    const fields = fieldChanges(known, agent);
    return fields.length > 0 ? [{ change: 'changed', agent, fields }] : [];
  });
  return [...gone, ...others].sort((a, b) => (a.agent.id < b.agent.id ? -1 : 1));
}

function fieldChanges(before: AgentSummary, after: AgentSummary): FieldChange[] {
  const then = new Map<string, unknown>(Object.entries(before));
  return Object.entries(after)
    .map(([field, to]: [string, unknown]) => ({ field, from: then.get(field), to }))
    .filter(({ field, from, to }) => field !== HEARTBEAT_FIELD && JSON.stringify(from) !== JSON.stringify(to));
}
