import { isAllSeeing, type Principal } from '../../platform/access/principal';
import { unstorable } from '../../platform/validation/json-limits';
import { DEFAULT_PAGE_SIZE, LONGEST_CURSOR, MAX_PAGE_SIZE, decodeCursor } from '../../platform/validation/paging';
import type { QueryParameters } from '../../platform/validation/query-parameters';
import { isSecret, withoutSecrets } from '../../platform/common/secrets';
import { HEALTH_STATUSES, type HealthStatus } from '../../agent/agent-health';
import { AGENT_STATUSES, type AgentStatus } from '../../agent/agent-status';
import type { DiscoverAgentsDto } from '../dto/agent-requests.dto';

/** Which agents, and which page of them. All criteria hold at once; an empty list is no criterion. */
export interface AgentQuery {
  /** Any of them; likewise `statuses` and `categories`. */
  types: string[];
  statuses: AgentStatus[];
  categories: string[];
  name?: string;
  version?: string;
  /** All of them. */
  capabilities: string[];
  health?: HealthStatus;
  metadata: [key: string, value: string][];
  /** Only agents of this client; null: none. Undefined: everybody's. */
  owner?: string | null;
  limit: number;
  /** The page begins after this id. */
  after?: string;
}

/** The list that cursors of {@link AgentQuery} pages belong to. */
export const AGENT_LIST = 'agents';

/** Metadata filters in one query: each is a condition of its own that PostgreSQL looks up or checks on every row. */
export const MAX_METADATA_FILTERS = 20;

/**
 * The query of `GET /agents`.
 * @throws DomainError `validation_failed`
 */
export function queryFromParameters(parameters: QueryParameters): AgentQuery {
  const health = parameters.words('health', HEALTH_STATUSES);
  if (health.length > 1) parameters.errors.push({ field: 'health', message: 'must not be given more than once' });
  const query: AgentQuery = {
    types: parameters.many('type', 100),
    statuses: parameters.words('status', AGENT_STATUSES),
    categories: parameters.many('category', 100),
    name: parameters.one('name', 255),
    version: parameters.one('version', 50),
    capabilities: parameters.many('capability', 256),
    health: health[0],
    metadata: parameters.prefixed('metadata.', 4096),
    limit: parameters.integer('limit', 1, MAX_PAGE_SIZE, DEFAULT_PAGE_SIZE),
  };
  if (query.metadata.length > MAX_METADATA_FILTERS)
    parameters.errors.push({ field: 'metadata', message: `must not have more than ${MAX_METADATA_FILTERS} filters` });
  const cursor = parameters.one('cursor', LONGEST_CURSOR);
  parameters.finish();
  if (cursor !== undefined) query.after = decodeCursor(AGENT_LIST, cursor, isId);
  return query;
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
