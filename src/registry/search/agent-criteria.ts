import { applyDecorators } from '@nestjs/common';
import { ApiQuery, type ApiQueryOptions } from '@nestjs/swagger';
import { HEALTH_STATUSES, healthStatus, healthStatusSql, type HealthStatus } from '../../agent/agent-health';
import { AGENT_STATUSES, type AgentStatus } from '../../agent/agent-status';
import { timeoutSeconds as timeoutOf } from '../../agent/heartbeat-timeout';
import type { AgentEntity } from '../agent.entity';
import type { FilterMoment } from '../../query/filter-schema';
import { FILTER_LIMITS } from '../../query/filter-limits';
import { AGENT_STATUS_SCHEMA, HEALTH_STATUS_SCHEMA } from '../../agent/agent-schemas';
import type { QueryParameters } from '../../platform/validation/query-parameters';
import { agentFilter, type AgentFilter } from './filter-expression';
import { CAPABILITIES_SQL, capabilitiesOf } from './capabilities.sql';
import { filterConditionSql } from './filter-condition';
import type { SqlContext } from './sql-context';

/** Which agents. All criteria hold at once; an empty list is no criterion. */
export interface AgentCriteria {
  /** Any of them; likewise `statuses` and `categories`. */
  types: string[];
  statuses: AgentStatus[];
  categories: string[];
  name?: string;
  version?: string;
  /** All of them. */
  capabilities: string[];
  metadata: [key: string, value: string][];
  /** Only agents of this client; null: none. Undefined: of all clients. */
  owner?: string | null;
  /** Any of them; undefined: no criterion. */
  health?: HealthStatus[];
  /** Only agents that discovery may offer. */
  isOffered?: boolean;
  /** Only agents for which the caller's expression is true, as the caller sees them: with all secrets where {@link sight} is undefined. */
  filter?: AgentFilter;
  sight?: { owner: string | null };
  /** Only agents that the caller's token is for. */
  where?: AgentFilter;
}

/** Metadata filters in one query: each is a condition of its own that PostgreSQL looks up or checks on every row. */
const MAX_METADATA_FILTERS = 20;
const MAX_METADATA_VALUE = 4096;

const wordOf = (maxLength: number) => ({ type: 'string', minLength: 1, maxLength });
const wordsOf = (maxLength: number) => ({ type: 'array', items: wordOf(maxLength) });

/** One filter: its parser, its SQL and its description. */
interface Criterion<Value> {
  /** The query parameter of lists, as OpenAPI describes it; null: clients cannot set it. */
  query: ApiQueryOptions | null;
  /** Its value in the query parameters of a request. */
  parse(parameters: QueryParameters): Value;
  /** The conditions, each written so that its index serves it; none when the value is no criterion. */
  sql(value: Exclude<Value, undefined>, context: SqlContext, criteria: AgentCriteria): string[];
  /** The same in memory. */
  matches(value: Exclude<Value, undefined>, agent: AgentEntity, moment: FilterMoment, criteria: AgentCriteria): boolean;
}

const anyOf =
  (column: string) =>
  (values: readonly string[], { parameter }: SqlContext): string[] => {
    if (values.length === 0) return [];
    return [values.length === 1 ? `${column} = ${parameter(values[0])}` : `${column} = ANY (${parameter(values)})`];
  };
const equals =
  (column: string) =>
  (value: string, { parameter }: SqlContext): string[] => [`${column} = ${parameter(value)}`];
const isAnyOf =
  (field: 'type' | 'status' | 'category') =>
  (values: readonly (string | null)[], agent: AgentEntity): boolean =>
    values.length === 0 || values.includes(agent[field]);

/**
 * The filters of lists, in the order of their conditions. What reads them from a request, what makes SQL of them, and the OpenAPI document
 * go by this table; totals are remembered under all of them.
 */
const FILTERS: { [Name in keyof AgentCriteria]-?: Criterion<AgentCriteria[Name]> } = {
  types: {
    query: { name: 'type', schema: wordsOf(100), description: 'Repeatable: agents of any of these types.' },
    parse: (parameters) => parameters.many('type', 100),
    sql: anyOf('type'),
    matches: isAnyOf('type'),
  },
  statuses: {
    query: {
      name: 'status',
      isArray: true,
      ...AGENT_STATUS_SCHEMA,
      description: 'Repeatable: agents with any of these statuses. None is ever `deregistered`.',
    },
    parse: (parameters) => parameters.words('status', AGENT_STATUSES),
    sql: anyOf('status'),
    matches: isAnyOf('status'),
  },
  categories: {
    query: { name: 'category', schema: wordsOf(100), description: 'Repeatable: agents of any of these categories.' },
    parse: (parameters) => parameters.many('category', 100),
    sql: anyOf('category'),
    matches: isAnyOf('category'),
  },
  name: {
    query: { name: 'name', schema: wordOf(255), description: 'Agents of exactly this name.' },
    parse: (parameters) => parameters.one('name', 255),
    sql: equals('name'),
    matches: (name, agent) => agent.name === name,
  },
  version: {
    query: { name: 'version', schema: wordOf(50), description: 'Agents of exactly this version.' },
    parse: (parameters) => parameters.one('version', 50),
    sql: equals('version'),
    matches: (version, agent) => agent.version === version,
  },
  capabilities: {
    query: {
      name: 'capability',
      schema: wordsOf(256),
      description: 'Repeatable: agents that have all of these capabilities, or skills of these ids.',
    },
    parse: (parameters) => parameters.many('capability', 256),
    sql: (values, { parameter }) =>
      values.length > 0 ? [`${CAPABILITIES_SQL} @> ${parameter(JSON.stringify(values))}::jsonb`] : [],
    matches: (values, agent) => values.every((value) => capabilitiesOf(agent).includes(value)),
  },
  metadata: {
    query: {
      name: 'metadata',
      style: 'deepObject',
      explode: true,
      schema: {
        type: 'object',
        additionalProperties: { type: 'string', minLength: 1, maxLength: MAX_METADATA_VALUE },
        maxProperties: MAX_METADATA_FILTERS,
      },
      description: `Values of keys of the metadata, each a parameter of its own: \`metadata.team=data-team\`, or \`metadata[team]=data-team\`. A value is compared with strings, and with numbers, booleans and null as JSON writes them. A secret is looked for among the caller's own agents only, unless the scope is \`admin\`.`,
    },
    parse: (parameters) => {
      const filters = parameters.keyed('metadata', MAX_METADATA_VALUE);
      if (filters.length > MAX_METADATA_FILTERS)
        parameters.errors.push({
          field: 'metadata',
          message: `must not have more than ${MAX_METADATA_FILTERS} filters`,
        });
      return filters;
    },
    sql: (filters, { parameter }) =>
      filters.map(([key, value]) => {
        const matches = metadataReadings(value).map((reading) => JSON.stringify(Object.fromEntries([[key, reading]])));
        return `(${matches.map((match) => `metadata @> ${parameter(match)}::jsonb`).join(' OR ')})`;
      }),
    matches: (filters, { metadata }) =>
      filters.every(([key, value]) => Object.hasOwn(metadata, key) && metadataReadings(value).includes(metadata[key])),
  },
  owner: {
    query: null,
    parse: () => undefined,
    sql: (owner, { parameter }) => [
      `EXISTS (SELECT FROM agent_credentials WHERE agent_id = agents.id AND owner = ${parameter(owner)})`,
    ],
    matches: (owner, agent) => owner !== null && agent.owner === owner,
  },
  isOffered: {
    query: null,
    parse: () => undefined,
    sql: (isOffered) => (isOffered ? [`status <> 'quarantined'`] : []),
    matches: (isOffered, { status }) => !isOffered || status !== 'quarantined',
  },
  where: {
    query: null,
    parse: () => undefined,
    sql: (where, context) => [filterConditionSql(where, 'all', context)],
    matches: (where, agent, moment) => where.matches(agent, moment, true),
  },
  sight: {
    query: null,
    parse: () => undefined,
    sql: () => [],
    matches: () => true,
  },
  filter: {
    query: {
      name: 'filter',
      schema: { type: 'string', minLength: 1, maxLength: FILTER_LIMITS.characters },
      example: 'agent.type == "worker" && "ocr" in agent.capabilities',
      description: 'An expression (CEL) that must be true, at most 2048 characters; see docs/filters.md.',
    },
    parse: (parameters) => {
      const text = parameters.text('filter');
      return text === undefined ? undefined : agentFilter(text);
    },
    sql: (filter, context, { sight }) => [filterConditionSql(filter, sight ?? 'all', context)],
    matches: (filter, agent, moment, { sight }) =>
      filter.matches(agent, moment, sight === undefined || (sight.owner !== null && agent.owner === sight.owner)),
  },
  health: {
    query: { name: 'health', isArray: true, ...HEALTH_STATUS_SCHEMA, description: 'Any of them.' },
    parse: (parameters) => {
      const health = parameters.words('health', HEALTH_STATUSES);
      return health.length > 0 ? health : undefined;
    },
    sql: (health, context) => anyOf(`(${healthStatusSql(context.parameter(context.timeoutSeconds))})`)(health, context),
    matches: (wanted, { health, heartbeat }, { now, timeoutSeconds }) =>
      wanted.includes(healthStatus(health, timeoutOf(heartbeat.interval_seconds, timeoutSeconds), now)),
  },
};
/** The names of all criteria. */
export const CRITERIA = Object.keys(FILTERS) as (keyof AgentCriteria)[];

/** The criteria of a request's query parameters; what is wrong with them is added to `parameters.errors`. */
export function criteriaFrom(parameters: QueryParameters): AgentCriteria {
  return Object.fromEntries(
    CRITERIA.map((name) => [name, FILTERS[name].parse(parameters)]),
  ) as unknown as AgentCriteria;
}

/** The criteria as SQL. Deregistered agents never match. */
export function criteriaSql(criteria: AgentCriteria, context: SqlContext): string {
  const conditions = CRITERIA.flatMap((name) => {
    const filter = FILTERS[name] as Criterion<object | string | boolean | null>; // of the value beside it, as the type of the table says
    const value = criteria[name];
    return value === undefined ? [] : filter.sql(value, context, criteria);
  });
  return ['deregistered_at IS NULL', ...conditions].join(' AND ');
}

/** Whether an agent matches, as {@link criteriaSql} would find it. `agent` is the whole record, with its owner. */
export function matchesCriteria(criteria: AgentCriteria, agent: AgentEntity, moment: FilterMoment): boolean {
  if (agent.deregisteredAt) return false;
  return CRITERIA.every((name) => {
    const filter = FILTERS[name] as Criterion<object | string | boolean | null>;
    const value = criteria[name];
    return value === undefined || filter.matches(value, agent, moment, criteria);
  });
}

/** Documents the filters of a list. */
export function ApiFilters(): MethodDecorator {
  const queries = CRITERIA.flatMap((name) => FILTERS[name].query ?? []);
  return applyDecorators(...queries.toReversed().map((query) => ApiQuery({ required: false, ...query })));
}

/** `metadata.retries=3` finds the string "3" and the number 3, however long, as an answer shows it; likewise `true`, `false` and `null`. */
function metadataReadings(value: string): unknown[] {
  const isLiteral = /^(true|false|null|-?(0|[1-9]\d{0,14})(\.\d{1,15})?)$/.test(value);
  const isNumberAsShown = /^-?\d/.test(value) && JSON.stringify(Number(value)) === value;
  return isLiteral || isNumberAsShown ? [value, JSON.parse(value) as unknown] : [value];
}
