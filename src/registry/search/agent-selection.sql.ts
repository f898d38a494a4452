import { areLarge } from './agent-fields';
import { criteriaSql, type AgentCriteria } from './agent-criteria';
import { afterSql, orderKeySql, orderSql } from './agent-order';
import type { AgentQuery } from './agent-query';
import { facetSql, type Facet } from './facets';

export interface Statement {
  sql: string;
  parameters: unknown[];
}

/** The columns of a list item: without what may be large. */
const LIST_COLUMNS = `id, name, type, category, version, capabilities, endpoints, locality, status, heartbeat, generation,
  registered_at AS "registeredAt", last_seen AS "lastSeen"`;

/** All columns, named as the entity names them. */
export const COLUMNS = `${LIST_COLUMNS}, metadata, health, ready, load, deregistered_at AS "deregisteredAt", banned_at AS "bannedAt",
  maintenance_by AS "maintenanceBy", incarnation, description, coalesce(skills, '[]') AS skills, coalesce(accepts, '[]') AS accepts,
  coalesce(depends_on, '[]') AS depends_on`;

const OWNER = '(SELECT owner FROM agent_credentials WHERE agent_id = agents.id) AS owner';

/** The columns of the whole record of an agent, and whose it is. */
export const RECORD_COLUMNS = `${COLUMNS}, ${OWNER}`;

export const RECORD = `SELECT ${RECORD_COLUMNS} FROM agents`;

/** What a statement depends on beside the query. */
export interface StatementContext {
  /** `HEARTBEAT_TIMEOUT_SECONDS` */
  timeoutSeconds: number;
  now: Date;
  /** Active agents that are not available; absent: all are. */
  unavailable?: ReadonlyMap<string, unknown>;
}

/** One page, and the row after it if there is one; each row with its value in the order where that is not the id. */
export function pageStatement(query: AgentQuery, context: StatementContext): Statement {
  const { where, parameters } = selection(query, context);
  const { order, after } = query;
  const parameter = (value: unknown): string => `$${parameters.push(value)}`;
  const rest = after === undefined ? '' : `AND ${afterSql(order, after, parameter)}`;
  const columns = areLarge(query.fields) ? RECORD_COLUMNS : LIST_COLUMNS;
  const key = order.by === 'id' ? '' : `, ${orderKeySql(order)} AS "orderKey"`;
  const sql = `SELECT ${columns}${key} FROM agents WHERE ${where} ${rest} ORDER BY ${orderSql(order)} LIMIT ${query.limit + 1}`;
  return { sql, parameters };
}

/** How many there are on all pages. */
export function countStatement(query: AgentCriteria, context: StatementContext): Statement {
  const { where, parameters } = selection(query, context);
  return { sql: `SELECT count(*)::int AS total FROM agents WHERE ${where}`, parameters };
}

/** How often each value of a facet occurs, the most frequent first, and how many there are of all values. */
export function facetStatement(
  query: AgentCriteria,
  facet: Facet,
  limit: number,
  context: StatementContext,
): Statement {
  const { where, parameters } = selection(query, context);
  const parameter = (value: unknown): string => `$${parameters.push(value)}`;
  const { from, value } = facetSql(facet, query.sight, { parameter, ...context });
  const sql = `SELECT value, count(*)::int AS count, (sum(count(*)) OVER ())::int AS total
                 FROM (SELECT ${value} AS value FROM agents${from} WHERE ${where}) AS agent
                WHERE value IS NOT NULL GROUP BY value ORDER BY count DESC, value LIMIT ${limit}`;
  return { sql, parameters };
}

function selection(query: AgentCriteria, context: StatementContext): { where: string; parameters: unknown[] } {
  const parameters: unknown[] = [];
  const parameter = (value: unknown): string => `$${parameters.push(value)}`;
  return { where: criteriaSql(query, { parameter, ...context }), parameters };
}
