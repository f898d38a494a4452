import type { Provenance } from './agent-event';

/**
 * Published in this process after the change of an agent has been committed. Delivered at most once and only here: a
 * handler that must not miss anything reads the event log.
 */
export class AgentChanged {
  static readonly topic = 'agent.changed';

  constructor(
    readonly type: AgentEventType,
    readonly agent: { id: string; name: string; type: string; status: string },
    /** The status before; null when the registry knew no such agent. */
    readonly from: string | null,
    readonly provenance: Provenance,
    /** People's words. */
    readonly reason: string | null,
  ) {}
}

export const AGENT_EVENT_TYPES = ['registered', 'imported', 'updated', 'status_changed', 'deregistered'] as const;
export type AgentEventType = (typeof AGENT_EVENT_TYPES)[number];
