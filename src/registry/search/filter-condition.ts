import type { AgentFilter } from './filter-expression';
import type { SqlContext } from './sql-context';

/** Whose secrets a reader sees: those of all agents, or of those that they own; null: of none. */
export type Sight = 'all' | { owner: string | null };

/** The condition that holds for the agents that an expression selects, as the reader sees them. */
export function filterConditionSql(filter: AgentFilter, sight: Sight, context: SqlContext): string {
  const values: [value: unknown, type: string][] = [];
  const places = new Map<string, string>();
  const parameter = (value: unknown, type: string): string => {
    const key = JSON.stringify([type, value]);
    const place = places.get(key) ?? `${MARK}${values.push([value, type]) - 1}${MARK}`;
    places.set(key, place);
    return place;
  };
  const sql = filter.sql({
    parameter,
    nowMs: () => parameter(String(context.now.getTime()), 'numeric'),
    timeoutSeconds: () => parameter(context.timeoutSeconds, 'float8'),
    unavailable: () => parameter([...(context.unavailable?.keys() ?? [])], 'text[]'),
    seesSecrets: sight === 'all' ? undefined : ownedSql(sight.owner, parameter),
  });
  // A value may end up in another form than its own, and PostgreSQL refuses a parameter that stands nowhere.
  const numbers = new Map<string, string>();
  return sql.replaceAll(MARKED, (_, index: string) => {
    const [value, type] = values[Number(index)]!;
    const place = numbers.get(index) ?? context.parameter(value);
    numbers.set(index, place);
    return `${place}::${type}`;
  });
}

/** No value stands in the text, so nothing in it can look like this. */
const MARK = '\u0001';
const MARKED = new RegExp(`${MARK}(\\d+)${MARK}`, 'g');

/** The condition that holds for the agents that a client owns. */
export function ownedSql(owner: string | null, parameter: (value: unknown, type: string) => string): string {
  if (owner === null) return 'false';
  return `EXISTS (SELECT FROM agent_credentials WHERE agent_id = agents.id AND owner = ${parameter(owner, 'text')})`;
}
