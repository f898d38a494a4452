import type { Principal } from '../../platform/access/principal';
import { DEFAULT_PAGE_SIZE, LONGEST_CURSOR, MAX_PAGE_SIZE } from '../../platform/validation/paging/paging';
import type { QueryParameters } from '../../platform/validation/query-parameters';
import { isSecret, withoutSecrets } from '../../platform/common/secrets';
import type { AgentStatus } from '../../agent/agent-status';
import type { DiscoverAgentsDto } from '../dto/agent-requests.dto';
import { agentFilter } from './filter-expression';
import { criteriaFrom, type AgentCriteria } from './agent-criteria';
import { fieldsFrom, type AgentField } from './agent-fields';
import { sightOf, whereOf } from './expression-scope';
import { orderFrom, positionFrom, type AgentOrder, type Position } from './agent-order';

/** The list of agents in the order of their ids, without an expression. */
const AGENT_LIST = 'agents';

/** Which agents, which page of them, and what of each. */
export interface AgentQuery extends AgentCriteria {
  order: AgentOrder;
  limit: number;
  /** The page begins after this agent. */
  after?: Position;
  /** Whether all that match are counted. */
  includeTotal: boolean;
  /** The members of the record that are wanted; undefined: those of a list. */
  fields?: readonly AgentField[];
}

/** The page that a request selects, before it is checked. */
interface PageRequest {
  limit: number;
  cursor?: string;
  orderBy?: string;
  fields?: string[];
  includeTotal: boolean;
}

/**
 * The query of `GET /agents`.
 * @throws DomainError `validation_failed`, `invalid_filter`
 */
export function queryFromParameters(parameters: QueryParameters): AgentQuery {
  const criteria = criteriaFrom(parameters);
  const page = {
    limit: parameters.integer('limit', 1, MAX_PAGE_SIZE, DEFAULT_PAGE_SIZE),
    cursor: parameters.one('cursor', LONGEST_CURSOR),
    orderBy: parameters.one('order_by', 100),
    fields: parameters.one('fields', 1000)?.split(','),
    includeTotal: !parameters.words('include_total', ['true', 'false']).includes('false'),
  };
  parameters.finish();
  return queryOf(criteria, page);
}

/**
 * The agents of a request without pages: counts and facets.
 * @throws DomainError `validation_failed`, `invalid_filter`
 */
export function selectionFromParameters(parameters: QueryParameters): AgentQuery {
  const criteria = criteriaFrom(parameters);
  parameters.finish();
  return queryOf(criteria, { limit: DEFAULT_PAGE_SIZE, includeTotal: true });
}

/**
 * The query of `POST /agents/discover`.
 * @throws DomainError `validation_failed` for a cursor that is not ours, `invalid_filter`
 */
export function queryFromDiscovery(body: DiscoverAgentsDto): AgentQuery {
  const one = <T>(value: T | null | undefined): T[] => (value === undefined || value === null ? [] : [value]);
  const criteria: AgentCriteria = {
    types: one(body.type),
    statuses: one(body.status as AgentStatus | null | undefined),
    categories: one(body.category),
    capabilities: body.capabilities ?? [],
    metadata: [],
    isOffered: true,
    ...(typeof body.filter === 'string' && { filter: agentFilter(body.filter) }),
  };
  return queryOf(criteria, {
    limit: body.limit ?? DEFAULT_PAGE_SIZE,
    cursor: body.cursor ?? undefined,
    orderBy: body.order_by ?? undefined,
    fields: typeof body.fields === 'string' ? body.fields.split(',') : (body.fields ?? undefined),
    includeTotal: body.include_total ?? true,
  });
}

function queryOf(criteria: AgentCriteria, { limit, cursor, orderBy, fields, includeTotal }: PageRequest): AgentQuery {
  const order = orderFrom(orderBy);
  const query = { ...criteria, order, limit, includeTotal };
  return {
    ...query,
    ...(cursor !== undefined && { after: positionFrom(listOf(query), order, cursor) }),
    ...(fields !== undefined && { fields: fieldsFrom(fields) }),
  };
}

/** The list that the cursors of a query's pages belong to: with another expression or another order it is another one. */
export function listOf({ filter, order }: Pick<AgentQuery, 'filter' | 'order'>): string {
  const isPlain = filter === undefined && order.by === 'id' && !order.isDescending;
  return isPlain ? AGENT_LIST : JSON.stringify([AGENT_LIST, order.by, order.isDescending, filter ?? null]);
}

/**
 * The same query for this caller, with what its token is for. One that asks for what only an owner sees finds the caller's own agents
 * only, and of others' agents an expression sees what the caller sees; otherwise totals would tell what answers do not.
 * @param showsMetadata whether the answer is made of metadata, as facets are
 */
export function asSeenBy(principal: Principal, query: AgentQuery, showsMetadata = false): AgentQuery {
  const where = whereOf(principal);
  const seen = { ...query, ...(where && { where }) };
  const sight = sightOf(principal);
  if (sight === 'all') return seen;
  const { owner } = sight;
  if (showsMetadata || query.filter?.asksForSecrets) seen.sight = sight;
  const asksForSecrets = query.metadata.some(([key, value]) => isSecret(key, value) || withoutSecrets(value) !== value);
  return asksForSecrets ? { ...seen, owner } : seen;
}
