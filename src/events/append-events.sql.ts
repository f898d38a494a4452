/**
 * The statement that appends one event for every row of the relation `source`, which must have the columns `agent_id`,
 * `type`, `from_status`, `to_status`, `reason` and `data`. Used as one part (`WITH … AS`) of the statement that changes
 * the agent, so that neither is ever there without the other.
 */
export function appendEvents(source: string): string {
  const columns = 'agent_id, type, from_status, to_status, reason, data';
  return `INSERT INTO agent_events (${columns}) SELECT ${columns} FROM ${source}`;
}
