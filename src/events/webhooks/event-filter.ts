import type { CelInput } from '@bufbuild/cel';
import { LRUCache } from 'lru-cache';
import { Filter } from '../../query/filter';
import { FilterError, invalidFilter } from '../../query/filter-error';
import { FilterSchema, type FilterName } from '../../query/filter-schema';
import type { AgentReader } from '../../registry/agent.reader';
import { agentNames } from '../../registry/search/agent-names';
import type { AgentEvent } from '../agent-event';

/** An agent as the registry keeps it. */
export type AgentRow = Awaited<ReturnType<AgentReader['find']>>;

/** An event, and its agent as it is now, if the registry still has it. */
export interface EventRecord {
  event: AgentEvent;
  agent: AgentRow | undefined;
}

type EventName = FilterName<EventRecord>;
export type EventFilter = Filter<EventRecord>;

const recent = new LRUCache<string, EventFilter>({ max: 500 });

/**
 * An expression over `event` and `agent`.
 * @throws DomainError `invalid_filter`
 */
export function eventFilter(text: string, field = 'filter'): EventFilter {
  const known = recent.get(text);
  if (known) return known;
  try {
    const filter = new Filter(text, new FilterSchema([...EVENT_NAMES, ...agentNames.all().map(ofTheAgent)]));
    recent.set(text, filter);
    return filter;
  } catch (error) {
    throw error instanceof FilterError ? invalidFilter(field, text, error) : error;
  }
}

/** Events are evaluated in memory only. */
function sql(): never {
  throw new Error('events are not selected by SQL');
}

function text(path: string, value: (event: AgentEvent) => string | null | undefined, isOptional = true): EventName {
  return { path: `event.${path}`, type: 'string', isOptional, sql, value: ({ event }) => value(event) ?? undefined };
}

const EVENT_NAMES: EventName[] = [
  text('type', ({ type }) => type, false),
  text('cause', ({ cause }) => cause, false),
  text('agent_id', ({ agentId }) => agentId, false),
  text('reason', ({ reason }) => reason),
  text('from', ({ from }) => from),
  text('to', ({ to }) => to),
  text('actor.kind', ({ actor }) => actor?.kind),
  text('actor.name', ({ actor }) => actor?.name),
  { path: 'event.occurred_at', type: 'timestamp', sql, value: ({ event }) => event.occurredAt },
  { path: 'event.data', type: 'dynamic', sql, value: ({ event }) => event.data as CelInput },
];

/** A name of expressions over agents, which an agent that is gone does not have. */
function ofTheAgent(name: FilterName<AgentRow>): EventName {
  const { path, type, hasSecrets, isVolatile } = name;
  const value: EventName['value'] = ({ agent }, moment) => (agent ? name.value(agent, moment) : undefined);
  return {
    path,
    type,
    ...(name.elements && { elements: name.elements }),
    ...(hasSecrets && { hasSecrets }),
    ...(isVolatile && { isVolatile }),
    isOptional: true,
    sql,
    value,
  };
}
