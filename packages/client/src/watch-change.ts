import type { Agent, AgentHealth } from './types.js';

/** An agent matches, or is another one than before. */
export interface AgentUpsert {
  readonly type: 'upsert';
  readonly agent: Agent;
  /** As it was before; absent when it did not match. */
  readonly previous?: Agent;
}

/** An agent does not match any more. */
export interface AgentRemoval {
  readonly type: 'remove';
  readonly id: string;
  /** `missed`: it went while there was no connection for longer than the registry keeps events, so why is not known. */
  readonly cause: 'deregistered' | 'left' | 'missed';
  /** As it was last known. */
  readonly agent: Agent;
}

/** Status, health and last sign of life of the agents that match, every `healthInterval` seconds. */
export interface HealthRefresh {
  readonly type: 'health';
  readonly agents: readonly AgentHealth[];
  /** More than 1,000 agents match: `agents` is empty. */
  readonly tooMany: boolean;
}

/** The map is complete: once at first, and again each time that the watch had to begin anew. */
export interface Synced {
  readonly type: 'synced';
}

export type WatchChange = AgentUpsert | AgentRemoval | HealthRefresh | Synced;
