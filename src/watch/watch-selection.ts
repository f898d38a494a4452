import type { AgentEvent } from '../events/agent-event';
import type { Principal } from '../platform/access/principal';
import type { AgentEntity } from '../registry/agent.entity';
import { hashOf } from '../registry/search/agent-count-cache';
import type { AgentCriteria } from '../registry/search/agent-criteria';

/** Which agents a watch is of, and who watches. */
export interface WatchSelection {
  criteria: AgentCriteria;
  principal: Principal;
  /** The same for selections that match the same agents. */
  key: string;
  /** Whether agents come and go without an event: by their reports, or as time goes by. */
  isVolatile: boolean;
}

export function watchSelection(criteria: AgentCriteria, principal: Principal): WatchSelection {
  const isVolatile = criteria.health !== undefined || (criteria.filter?.volatileNames.length ?? 0) > 0;
  return { criteria, principal, key: hashOf(criteria), isVolatile };
}

/**
 * **May a watch that goes on at a cursor have seen an agent before this event?** It does not remember what it has sent, so an agent that
 * does not match now may have matched then. `yes` too often is harmless: the client has no such agent. But who sees some agents only must
 * not learn of others: what that `where` was for the agent before the event is worked out from the event, or is `unknown`.
 * @param agent as it is by now, undefined when even its tombstone is gone
 */
export function mayHaveSeen(
  { where }: AgentCriteria,
  { type, from, data }: AgentEvent,
  agent: AgentEntity | undefined,
): 'yes' | 'no' | 'unknown' {
  if (type === 'registered' && from === null) return 'no';
  if (where === undefined) return 'yes';
  if (agent === undefined || agent.generation !== data.generation) return 'unknown';
  const changed = (data.changed ?? []) as (keyof AgentEntity)[];
  const changes = (data.changes ?? {}) as Partial<Record<keyof AgentEntity, { from: unknown }>>;
  // A secret is not in the event, and a second registration has no values before.
  const isUnknown = changed.some((field) => asksFor(where.uses, field) && (!changes[field] || field === 'metadata'));
  if (isUnknown) return 'unknown';
  const before = { ...agent, ...valuesBefore(changes), deregisteredAt: null, ...(from !== null && { status: from }) };
  const moment = { now: agent.registeredAt, timeoutSeconds: 0 }; // which no name of it asks for
  return where.matches(before as AgentEntity, moment, true) ? 'yes' : 'no';
}

function asksFor(uses: readonly string[], field: string): boolean {
  return uses.some((name) => name === `agent.${field}` || name.startsWith(`agent.${field}.`));
}

function valuesBefore(changes: Partial<Record<string, { from: unknown }>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(changes).map(([field, change]) => [field, change!.from]));
}
