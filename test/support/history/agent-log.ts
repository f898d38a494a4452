import type { AgentRow, LoggedEvent } from './history-check';
import type { TestDatabase } from '../test-database';

/** What the database has of an agent. */
export interface StoredAgent {
  id: string;
  /** Undefined when the agent has never been registered. */
  row: (AgentRow & { metadata: Record<string, unknown> }) | undefined;
  /** In the order of their revisions. */
  events: LoggedEvent[];
}

interface Stored {
  id: string;
  agent: { name: string; status: string; generation: number; deregistered_at: string | null; metadata: object } | null;
  events: {
    type: string;
    occurred_at: string;
    from_status: string | null;
    to_status: string | null;
    cause: string;
    reason: string | null;
    data: LoggedEvent['data'];
  }[];
}

/** Rows and event logs as of one moment: by one statement, so that no change is in one and not in the other. */
export async function storedAgents(database: TestDatabase, ids: string[]): Promise<StoredAgent[]> {
  const stored = await database.query<Stored>(
    `SELECT id, to_jsonb(agents) AS agent,
            coalesce((SELECT jsonb_agg(to_jsonb(e) ORDER BY revision) FROM agent_events AS e WHERE agent_id = id), '[]') AS events
       FROM unnest($1::text[]) AS wanted(id) LEFT JOIN agents USING (id)`,
    [ids],
  );
  return stored.map(({ id, agent, events }) => ({
    id,
    row: agent
      ? {
          name: agent.name,
          status: agent.status,
          generation: agent.generation,
          isDeregistered: agent.deregistered_at !== null,
          metadata: agent.metadata as Record<string, unknown>,
        }
      : undefined,
    events: events.map(({ type, occurred_at, from_status, to_status, cause, reason, data }) => ({
      type,
      occurredAt: Date.parse(occurred_at),
      from: from_status,
      to: to_status,
      cause,
      reason,
      data,
    })),
  }));
}
