import { isAllSeeing, type Principal } from '../../platform/access/principal';
import { unstorable } from '../../platform/validation/json-limits';
import { DEFAULT_PAGE_SIZE, LONGEST_CURSOR, MAX_PAGE_SIZE, decodeCursor } from '../../platform/validation/paging';
import type { QueryParameters } from '../../platform/validation/query-parameters';
import { isSecret, withoutSecrets } from '../../platform/common/secrets';
import type { AgentStatus } from '../../agent/agent-status';
import type { DiscoverAgentsDto } from '../dto/agent-requests.dto';
import { criteriaFrom, type AgentCriteria } from './agent-filters';

/** Which agents, and which page of them. */
export interface AgentQuery extends AgentCriteria {
  limit: number;
  /** The page begins after this id. */
  after?: string;
}

/** The list that cursors of {@link AgentQuery} pages belong to. */
export const AGENT_LIST = 'agents';

/**
 * The query of `GET /agents`.
 * @throws DomainError `validation_failed`
 */
export function queryFromParameters(parameters: QueryParameters): AgentQuery {
  const criteria = criteriaFrom(parameters);
  const limit = parameters.integer('limit', 1, MAX_PAGE_SIZE, DEFAULT_PAGE_SIZE);
  const cursor = parameters.one('cursor', LONGEST_CURSOR);
  parameters.finish();
  return { ...criteria, limit, ...(cursor !== undefined && { after: decodeCursor(AGENT_LIST, cursor, isId) }) };
}

/**
 * The query of `POST /agents/discover`.
 * @throws DomainError `validation_failed` for a cursor that is not ours
 */
export function queryFromDiscovery(body: DiscoverAgentsDto): AgentQuery {
  const one = <T>(value: T | null | undefined): T[] => (value === undefined || value === null ? [] : [value]);
  return {
    types: one(body.type),
    statuses: one(body.status as AgentStatus | null | undefined),
    categories: one(body.category),
    capabilities: body.capabilities ?? [],
    metadata: [],
    isOffered: true,
    limit: body.limit ?? DEFAULT_PAGE_SIZE,
    after: body.cursor ? decodeCursor(AGENT_LIST, body.cursor, isId) : undefined,
  };
}

/**
 * The same query for this caller: one that asks for what only an owner sees finds the caller's own agents only. Otherwise totals
 * would tell what answers do not.
 */
export function asSeenBy(principal: Principal, query: AgentQuery): AgentQuery {
  const asksForSecrets = query.metadata.some(([key, value]) => isSecret(key, value) || withoutSecrets(value) !== value);
  if (!asksForSecrets || isAllSeeing(principal)) return query;
  return { ...query, owner: principal.kind === 'client' ? principal.name : null };
}

/** Adopted agents have any id that the table holds, the empty one as well. */
function isId(text: string): boolean {
  return unstorable(text) === undefined;
}
