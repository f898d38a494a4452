import { LRUCache } from 'lru-cache';
import { Filter } from '../../query/filter';
import { FilterError, invalidFilter } from '../../query/filter-error';
import type { AgentEntity } from '../agent.entity';
import { agentNames } from './agent-names';

/** The expression of the query parameter `filter`, or of a field of a body: selects agents. */
export type AgentFilter = Filter<AgentEntity>;

/** Dashboards and scripts repeat their expressions. */
const recent = new LRUCache<string, AgentFilter>({ max: 500 });

/**
 * The expression that a field of a request holds.
 * @throws DomainError `invalid_filter`
 */
export function agentFilter(text: string, field = 'filter'): AgentFilter {
  const known = recent.get(text);
  if (known) return known;
  try {
    const filter = new Filter(text, agentNames);
    recent.set(text, filter);
    return filter;
  } catch (error) {
    throw error instanceof FilterError ? invalidFilter(field, text, error) : error;
  }
}
