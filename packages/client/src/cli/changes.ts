import type { Agent } from '../types.js';
import type { AgentRemoval, AgentUpsert } from '../watch-change.js';

/** What a watch tells of one agent, for people. */
export interface Change {
  readonly change: 'present' | 'appeared' | 'changed' | 'gone';
  readonly agent: Agent;
  /** Of `changed`. */
  readonly fields?: readonly FieldChange[];
  /** Of `gone`. */
  readonly cause?: AgentRemoval['cause'];
}

export interface FieldChange {
  readonly field: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** They change with heartbeats, and say nothing else. */
const HEARTBEAT_FIELDS = ['last_seen', 'health', 'heartbeat'];

/** What has changed; undefined: nothing that counts. In the first part of a watch all that is there is `present`. */
export function changeOf(told: AgentUpsert | AgentRemoval, isFirstPart: boolean): Change | undefined {
  const { agent } = told;
  if (told.type === 'remove') return { change: 'gone', agent, cause: told.cause };
  if (!told.previous) return { change: isFirstPart ? 'present' : 'appeared', agent };
  const fields = fieldChanges(told.previous, agent);
  return fields.length > 0 ? { change: 'changed', agent, fields } : undefined;
}

function fieldChanges(before: Agent, after: Agent): FieldChange[] {
  const then = new Map<string, unknown>(Object.entries(before));
  // Whether it is active says what there is to say of whether it is available.
  const implied = before.status === after.status ? HEARTBEAT_FIELDS : [...HEARTBEAT_FIELDS, 'available'];
  return Object.entries(after)
    .map(([field, to]: [string, unknown]) => ({ field, from: then.get(field), to }))
    .filter(({ field, from, to }) => !implied.includes(field) && JSON.stringify(from) !== JSON.stringify(to));
}
