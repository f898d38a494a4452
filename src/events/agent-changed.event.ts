import type { AgentStatus } from '../agent/agent-status';
import type { Provenance } from './agent-event';

/**
 * A change of an agent, with the event that the same statement appended to the log. Published in this process after the commit, at most
 * once and only here: a handler that must not miss anything reads the event log.
 */
export class AgentChanged {
  static readonly topic = 'agent.changed';

  constructor(
    /** Of the event in the log. */
    readonly revision: string,
    readonly type: AgentEventType,
    readonly agent: ChangedAgent,
    /** The status before; null when the registry knew no such agent. */
    readonly from: AgentStatus | null,
    readonly provenance: Provenance,
    /** People's words. */
    readonly reason: string | null = null,
  ) {}
}

/** The agent as it is after the change. */
export interface ChangedAgent {
  id: string;
  name: string;
  type: string;
  status: AgentStatus;
}

export const AGENT_EVENT_TYPES = [
  'registered',
  'imported',
  'updated',
  'status_changed',
  'deregistered',
  'unbanned',
  'superseded',
  'availability',
] as const;
export type AgentEventType = (typeof AGENT_EVENT_TYPES)[number];
