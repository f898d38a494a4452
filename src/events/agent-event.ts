/**
 * What made the change: a registration, a batch import, an operator's request, a request of the agent itself, silence, a heartbeat after
 * it, agents that it depends on, the adoption of a table that was there before the registry. `unknown`: written by an earlier release.
 */
export const EVENT_CAUSES = [
  'registration',
  'import',
  'operator',
  'agent',
  'silence',
  'heartbeat',
  'adoption',
  'dependency',
  'unknown',
] as const;
export type EventCause = (typeof EVENT_CAUSES)[number];

export const ACTOR_KINDS = ['client', 'agent', 'system', 'anonymous'] as const;

/** Who made the change. `anonymous`: access control is off, and there is no name. */
export interface Actor {
  kind: (typeof ACTOR_KINDS)[number];
  /** The client's name, the agent's id, or the part of the registry. */
  name: string | null;
}

/** Where a change comes from. */
export interface Provenance {
  cause: EventCause;
  actor: Actor;
  /** The registry's own id of the request, a UUID; null when there was no request. */
  requestId: string | null;
  /** The `X-Request-Id` that the client sent with it. */
  clientRequestId: string | null;
}

/** One line of the event log: what became of an agent, when, by whom and why. */
export interface AgentEvent extends Omit<Provenance, 'actor'> {
  /** Grows with every event; for one agent in the order in which its changes were made. */
  revision: string;
  agentId: string;
  type: string;
  /** Null in events of an earlier release. */
  actor: Actor | null;
  occurredAt: Date;
  from: string | null;
  to: string | null;
  /** People's words. */
  reason: string | null;
  data: Record<string, unknown>;
}
