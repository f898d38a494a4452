import type { Provenance } from './agent-event';

/** The columns of the events to append, as SQL expressions over the rows that they are made from. */
export interface EventExpressions {
  /** The relation with the agents as they are now: `id`, `name`, `type` and `generation`. */
  agent: string;
  type: string;
  /** A {@link Provenance} in JSON, as {@link provenanceJson} writes it. */
  provenance: string;
  from?: string;
  to?: string;
  reason?: string;
  /** JSON; what {@link aboutAgent} gives is in the event of every agent. */
  data?: string;
}

/**
 * The statement that appends one event for every row of `source`, in the order of the agents' ids, and returns `agent_id` and `revision`
 * of each. Used as one part (`WITH … AS`) of the statement that changes the agents, so that neither is ever there without the other.
 */
export function appendEvents(events: EventExpressions, source: string): string {
  const { agent, type, provenance, from = 'NULL', to = 'NULL', reason = 'NULL', data = aboutAgent(agent) } = events;
  return `
    INSERT INTO agent_events
           (agent_id, type, cause, actor_kind, actor_name, request_id, client_request_id, from_status, to_status, reason, data)
    SELECT ${agent}.id, ${type}, ${provenance}->>'cause', ${provenance}->>'actorKind', ${provenance}->>'actorName',
           (${provenance}->>'requestId')::uuid, ${provenance}->>'clientRequestId', ${from}, ${to}, ${reason},
           ${data}
      FROM ${source} ORDER BY ${agent}.id
    RETURNING agent_id, revision`;
}

/** What the event of every agent holds, from a relation with the agents as they are now. */
export function aboutAgent(agent: string): string {
  return `jsonb_build_object('name', ${agent}.name, 'type', ${agent}.type, 'generation', ${agent}.generation)`;
}

/** A provenance as {@link appendEvents} reads it. */
export function provenanceJson(provenance: Provenance): Record<string, string | null> {
  const { cause, actor, requestId, clientRequestId } = provenance;
  return { cause, actorKind: actor.kind, actorName: actor.name, requestId, clientRequestId };
}

/** A provenance that is known when the statement is written, as an SQL expression. */
export function provenanceSql(provenance: Provenance): string {
  return `'${JSON.stringify(provenanceJson(provenance)).replaceAll("'", "''")}'::jsonb`;
}
