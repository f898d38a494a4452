import { criteriaSql } from './agent-filters';
import type { AgentQuery } from './agent-query';

export interface Statement {
  sql: string;
  parameters: unknown[];
}

/** The columns of a list item: without what may be large. */
export const LIST_COLUMNS = `id, name, type, category, version, capabilities, endpoints, status, heartbeat, generation,
  registered_at AS "registeredAt", last_seen AS "lastSeen"`;

/** One page, and the row after it if there is one. */
export function pageStatement(query: AgentQuery, timeoutSeconds: number): Statement {
  const { where, parameters } = selection(query, timeoutSeconds);
  const after = query.after === undefined ? '' : `AND id > $${parameters.push(query.after)}`;
  const sql = `SELECT ${LIST_COLUMNS} FROM agents WHERE ${where} ${after} ORDER BY id LIMIT ${query.limit + 1}`;
  return { sql, parameters };
}

/** How many there are on all pages. */
export function countStatement(query: AgentQuery, timeoutSeconds: number): Statement {
  const { where, parameters } = selection(query, timeoutSeconds);
  return { sql: `SELECT count(*)::int AS total FROM agents WHERE ${where}`, parameters };
}

function selection(query: AgentQuery, timeoutSeconds: number): { where: string; parameters: unknown[] } {
  const parameters: unknown[] = [];
  const parameter = (value: unknown): string => `$${parameters.push(value)}`;
  return { where: criteriaSql(query, { parameter, timeoutSeconds }), parameters };
}
