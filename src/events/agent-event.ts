/** One line of the event log: what became of an agent, when and why. */
export interface AgentEvent {
  /** Grows with every event; for one agent in the order in which its changes were made. */
  revision: string;
  agentId: string;
  type: string;
  occurredAt: Date;
  from: string | null;
  to: string | null;
  reason: string | null;
  data: Record<string, unknown>;
}
