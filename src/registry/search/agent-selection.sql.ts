import { healthStatusSql } from '../../agent/agent-health';
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

/** The criteria as SQL, each written so that its index serves it. Deregistered agents never match. */
function selection(query: AgentQuery, timeoutSeconds: number): { where: string; parameters: unknown[] } {
  const conditions = ['deregistered_at IS NULL'];
  const parameters: unknown[] = [];
  const parameter = (value: unknown): string => `$${parameters.push(value)}`;

  const anyOf = (column: string, values: string[]): void => {
    if (values.length === 1) conditions.push(`${column} = ${parameter(values[0])}`);
    if (values.length > 1) conditions.push(`${column} = ANY (${parameter(values)})`);
  };
  anyOf('type', query.types);
  anyOf('status', query.statuses);
  anyOf('category', query.categories);
  if (query.name !== undefined) conditions.push(`name = ${parameter(query.name)}`);
  if (query.version !== undefined) conditions.push(`version = ${parameter(query.version)}`);
  if (query.capabilities.length > 0) {
    conditions.push(`capabilities @> ${parameter(JSON.stringify(query.capabilities))}::jsonb`);
  }
  for (const [key, value] of query.metadata) {
    const matches = metadataReadings(value).map((reading) => JSON.stringify(Object.fromEntries([[key, reading]])));
    conditions.push(`(${matches.map((match) => `metadata @> ${parameter(match)}::jsonb`).join(' OR ')})`);
  }
  if (query.owner !== undefined) {
    const owner = parameter(query.owner);
    conditions.push(`EXISTS (SELECT FROM agent_credentials WHERE agent_id = agents.id AND owner = ${owner})`);
  }
  if (query.health !== undefined) {
    const timeout = parameter(timeoutSeconds);
    conditions.push(`(${healthStatusSql(timeout)}) = ${parameter(query.health)}`);
  }
  return { where: conditions.join(' AND '), parameters };
}

/** `metadata.retries=3` finds the string "3" and the number 3; likewise `true`, `false` and `null`. */
function metadataReadings(value: string): unknown[] {
  const isLiteral = /^(true|false|null|-?(0|[1-9]\d{0,14})(\.\d{1,15})?)$/.test(value);
  return isLiteral ? [value, JSON.parse(value) as unknown] : [value];
}
