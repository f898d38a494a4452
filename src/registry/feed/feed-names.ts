import { LRUCache } from 'lru-cache';
import type { CelInput } from '@bufbuild/cel';
import type { AgentEvent } from '../../events/agent-event';
import { Filter } from '../../query/filter';
import { FilterError, invalidFilter } from '../../query/filter-error';
import { FilterSchema, type FilterName } from '../../query/filter-schema';
import type { AgentEntity } from '../agent.entity';
import { agentNames } from '../search/agent-names';

/** What expressions over the feed are about. */
export interface EventRecord {
  event: AgentEvent;
  /** As it is now; undefined when it is gone. */
  agent: AgentEntity | undefined;
}

/** An expression that selects events. */
export type EventFilter = Filter<EventRecord>;

type EventName = FilterName<EventRecord>;

/** Expressions over events are evaluated in memory only. */
const sql = (): string => {
  throw new Error('Events are not selected in SQL');
};

function name(path: string, type: EventName['type'], of: (event: AgentEvent) => CelInput | Date | null): EventName {
  return { path: `event.${path}`, type, isOptional: true, sql, value: ({ event }) => of(event) ?? undefined };
}

const EVENT_NAMES: EventName[] = [
  name('revision', 'int', ({ revision }) => BigInt(revision)),
  name('type', 'string', ({ type }) => type),
  name('cause', 'string', ({ cause }) => cause),
  name('agent_id', 'string', ({ agentId }) => agentId),
  name('from', 'string', ({ from }) => from),
  name('to', 'string', ({ to }) => to),
  name('reason', 'string', ({ reason }) => reason),
  name('occurred_at', 'timestamp', ({ occurredAt }) => occurredAt),
  name('actor.kind', 'string', ({ actor }) => actor?.kind ?? null),
  name('actor.name', 'string', ({ actor }) => actor?.name ?? null),
  name('data', 'dynamic', ({ data }) => data as CelInput),
];

/** That of an agent is missing where the agent is gone. */
function ofAgent(agentName: FilterName<AgentEntity>): EventName {
  return {
    ...agentName,
    isOptional: true,
    sql,
    equalsSql: undefined,
    value: ({ agent }, moment) => agent && agentName.value(agent, moment),
  };
}

const recent = new LRUCache<string, EventFilter>({ max: 500 });
let known: { schema: FilterSchema<EventRecord>; names: number } | undefined;

/** Made anew when a module has added a name of agents. */
function schema(): FilterSchema<EventRecord> {
  const names = agentNames.all();
  if (known?.names !== names.length) {
    known = { schema: new FilterSchema([...EVENT_NAMES, ...names.map(ofAgent)]), names: names.length };
    recent.clear();
  }
  return known.schema;
}

/**
 * The expression over events that a field of a request holds.
 * @throws DomainError `invalid_filter`
 */
export function eventFilter(text: string, field = 'filter'): EventFilter {
  const names = schema();
  const cached = recent.get(text);
  if (cached) return cached;
  try {
    const filter = new Filter(text, names);
    recent.set(text, filter);
    return filter;
  } catch (error) {
    throw error instanceof FilterError ? invalidFilter(field, text, error) : error;
  }
}
