import type { AgentEvent } from '../../events/agent-event';
import type { Principal } from '../../platform/access/principal';
import type { AgentEntity } from '../agent.entity';
import { hashOf } from '../search/agent-count-cache';
import type { AgentCriteria } from '../search/agent-criteria';

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
 * **May a watch that goes on at a cursor have sent an agent before?** It does not remember what it has sent, so an agent that does not
 * match now may have matched then. `yes` too often is harmless: the client has no such agent. But a token for some agents only must show
 * nothing of others, so whether it was for the agent then is worked out from what its events have changed; `unknown` where they do not say.
 * @param events those of the agent since the cursor, oldest first, at least one
 * @param agent as it is after them, undefined when even its tombstone is gone
 */
export function mayHaveSent(
  { where }: AgentCriteria,
  events: readonly AgentEvent[],
  agent: AgentEntity | undefined,
): 'yes' | 'no' | 'unknown' {
  const [{ type }] = events as [AgentEvent];
  const from = events.find((event) => event.type !== 'availability')?.from ?? null;
  if (type === 'registered' && events[0]!.from === null) return 'no';
  if (where === undefined) return 'yes';
  if (agent === undefined || agent.generation !== events.at(-1)!.data.generation) return 'unknown';
  const before: Record<string, unknown> = { ...agent, deregisteredAt: null, status: from ?? agent.status };
  for (const { data } of events.toReversed()) {
    const changes = (data.changes ?? {}) as Record<string, { from: unknown } | undefined>;
    for (const field of (data.changed ?? []) as string[]) {
      const change = changes[field];
      // A second registration has no values before, and secrets are in no event.
      const isUnknown = asksFor(where.uses, field) && (change === undefined || field === 'metadata');
      if (isUnknown) return 'unknown';
      if (change) before[field] = change.from;
    }
  }
  const moment = { now: agent.registeredAt, timeoutSeconds: 0 }; // which no name of it asks for
  return where.matches(before as unknown as AgentEntity, moment, true) ? 'yes' : 'no';
}

function asksFor(uses: readonly string[], field: string): boolean {
  return uses.some((name) => name === `agent.${field}` || name.startsWith(`agent.${field}.`));
}
