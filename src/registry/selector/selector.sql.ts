import { filterConditionSql } from '../search/filter-condition';
import { RECORD_COLUMNS, type Statement, type StatementContext } from '../search/agent-selection.sql';
import type { ResolveOptions } from './resolution';
import type { Requirement, Selector } from './selector';

/** How many agents are looked at for each index that could lead to near misses, and how many beside them. */
const PROBED = 500;

/** Requirements that an index serves and whose agents are looked at; more of them lead to the same ones. */
const MOST_PROBES = 4;

/**
 * The agents that match, and if they are wanted those that nearly do, of one snapshot. Each row has the places, in {@link Selector.parts}
 * and behind them in `also`, of what it does not meet; rows that match have none and come first.
 *
 * Near misses are sought among a bounded number of agents: up to `probed` of those that meet all requirements which an index serves, of
 * those that meet one of them, and the first of all, each only within the caller's scope.
 */
export function selectorStatement(
  selector: Selector,
  { scope, limit, nearMisses, also = [] }: ResolveOptions,
  statement: StatementContext,
  probed = PROBED,
): Statement {
  const parameters: unknown[] = [];
  const context = { parameter: (value: unknown): string => `$${parameters.push(value)}`, ...statement };
  const within = [
    'agents.deregistered_at IS NULL',
    ...(scope.where ? [filterConditionSql(scope.where, 'all', context)] : []),
  ].join(' AND ');
  const conditionOf = ({ condition }: Requirement): string => filterConditionSql(condition, scope.sight, context);
  const all = [within, ...[...selector.requirements, ...also].map(conditionOf)].join(' AND ');
  const matches = `SELECT ${RECORD_COLUMNS}, '{}'::int[] AS failed, 0 AS failures FROM agents WHERE ${all} ORDER BY id LIMIT ${limit}`;
  if (nearMisses === 0) return { sql: matches, parameters };

  const parts = selector.parts();
  const conditions = [...parts, ...also].map(conditionOf);
  const failed = conditions.map((condition, place) => `CASE WHEN ${condition} THEN NULL ELSE ${place} END`).join(', ');
  const own = parts.map((_, place) => place).join(', ');
  const probes = probesOf(selector, conditions).map((probe) => {
    // The first of all, so that the same question looks at the same ones; an index of other values is not in the order of ids.
    const order = probe.length === 0 ? 'ORDER BY id ' : '';
    return `(SELECT id FROM agents WHERE ${[within, ...probe].join(' AND ')} ${order}LIMIT ${probed})`;
  });
  const sql = `WITH probed AS (${probes.join(' UNION ')}),
     judged AS (SELECT id, array_remove(ARRAY[${failed}]::int[], NULL) AS failed FROM agents
                 WHERE id = ANY (ARRAY(SELECT id FROM probed)) OFFSET 0),
     near AS (SELECT id AS near_id, failed FROM judged
               WHERE cardinality(failed) > 0 AND NOT failed @> ARRAY[${own}]
               ORDER BY cardinality(failed), id LIMIT ${nearMisses})
     (${matches})
     UNION ALL
     SELECT ${RECORD_COLUMNS}, failed, cardinality(failed) FROM near JOIN agents ON agents.id = near_id
     ORDER BY failures, id`;
  return { sql, parameters };
}

/** The conditions of each set of agents that are looked at. */
function probesOf(selector: Selector, conditions: readonly string[]): string[][] {
  const parts = selector.parts();
  // Another agent than the one that is named is not nearly that one.
  const named = parts.findIndex(({ name }) => name === 'agent');
  if (named >= 0) return [[conditions[named]!]];
  const indexed = parts.flatMap(({ condition }, place) => (condition.isIndexed ? [conditions[place]!] : []));
  const single = indexed.slice(0, MOST_PROBES).map((condition) => [condition]);
  return [
    ...(indexed.length > 1 ? [indexed] : []),
    ...single,
    // An agent that meets something which an index serves is among those already.
    ...(indexed.length < parts.length || indexed.length > MOST_PROBES ? [[]] : []),
  ];
}
