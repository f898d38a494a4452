import { healthStatusSql } from '../../agent/agent-health';
import { isSecret } from '../../platform/common/secrets';
import { CREDENTIALS_IN_TEXT } from '../../query/filter-sight';
import type { QueryParameters } from '../../platform/validation/query-parameters';
import { CAPABILITIES_SQL } from './capabilities.sql';
import { ownedSql, type Sight } from './filter-condition';
import type { SqlContext } from './sql-context';

const NAMED = ['type', 'status', 'category', 'version', 'locality', 'capability', 'health'] as const;
const METADATA = 'metadata.';
const MOST_FACETS = 10;
const MOST_BUCKETS = 1000;
const DEFAULT_BUCKETS = 20;

/** By what agents are counted: one of {@link NAMED}, or a key of their metadata as `metadata.<key>`. */
export type Facet = (typeof NAMED)[number] | `metadata.${string}`;

export interface FacetRequest {
  by: Facet[];
  limit: number;
}

/** The facets of `by` and `limit`; what is wrong with them is added to `parameters.errors`. */
export function facetsFrom(parameters: QueryParameters): FacetRequest {
  const by = [...new Set(parameters.many('by', 256))];
  const message = `must be one of ${NAMED.join(', ')} or metadata.<key>`;
  if (by.length === 0) parameters.errors.push({ field: 'by', message });
  if (by.length > MOST_FACETS)
    parameters.errors.push({ field: 'by', message: `must not be given more than ${MOST_FACETS} times` });
  const isFacet = (name: string): name is Facet =>
    (NAMED as readonly string[]).includes(name) || (name.startsWith(METADATA) && name !== METADATA);
  if (!by.every(isFacet)) parameters.errors.push({ field: 'by', message });
  return { by: by.filter(isFacet), limit: parameters.integer('limit', 1, MOST_BUCKETS, DEFAULT_BUCKETS) };
}

/** The value that agents are counted by as JSON, and what it needs in FROM. Without a value an agent is not counted. */
export function facetSql(facet: Facet, sight: Sight | undefined, context: SqlContext): { value: string; from: string } {
  switch (facet) {
    case 'capability':
      return { value: 'each.capability', from: `, jsonb_array_elements(${CAPABILITIES_SQL}) AS each(capability)` };
    case 'health':
      return { value: `to_jsonb(${healthStatusSql(context.parameter(context.timeoutSeconds))})`, from: '' };
    case 'type':
    case 'status':
    case 'category':
    case 'version':
    case 'locality':
      return { value: `to_jsonb(${facet}::text)`, from: '' };
    default:
      return { value: metadataSql(facet.slice(METADATA.length), sight ?? 'all', context), from: '' };
  }
}

/** Scalars only, and of agents of others what the caller sees. */
function metadataSql(key: string, sight: Sight, { parameter }: SqlContext): string {
  const member = `(metadata -> ${parameter(key)})`;
  const isScalar = `jsonb_typeof(${member}) IN ('string', 'number', 'boolean')`;
  if (sight === 'all') return `CASE WHEN ${isScalar} THEN ${member} END`;
  const owned = ownedSql(sight.owner, (value) => parameter(value));
  const isOpen = isSecret(key, 'x')
    ? `jsonb_typeof(${member}) <> 'string' AND ${!isSecret(key, 0)}`
    : `(jsonb_typeof(${member}) <> 'string' OR (${member} #>> '{}') !~* ${parameter(CREDENTIALS_IN_TEXT)})`;
  return `CASE WHEN ${isScalar} AND (${owned} OR (${isOpen})) THEN ${member} END`;
}
