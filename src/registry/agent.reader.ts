import { Injectable } from '@nestjs/common';
import { SharedAnswers } from '../platform/cache/shared-answers';
import { BatchLoader } from '../platform/common/batch-loader';
import type { Page } from '../platform/validation/paging/paging';
import { agentDeregistered, agentNotFound } from '../agent/agent.errors';
import type { AgentEvent } from '../events/agent-event';
import { EventLogService } from '../events/event-log.service';
import { slowFilterError } from '../query/filter-error';
import { AgentCache } from './agent-cache';
import type { AgentEntity } from './agent.entity';
import { AgentRepository, type AgentRow } from './agent.repository';
import { AgentCountCache, hashOf } from './search/agent-count-cache';
import type { AgentCriteria } from './search/agent-criteria';
import { canPage, cursorOf } from './search/agent-order';
import { listOf, type AgentQuery } from './search/agent-query';
import type { Facet, FacetRequest } from './search/facets';

/** One page of a list. */
export interface AgentPage extends Page<AgentRow> {
  /** How many there are on all pages, if that was asked for. */
  total: number | undefined;
}

/** The values that agents have of one kind. */
export interface FacetCounts {
  by: Facet;
  /** The most frequent first. */
  buckets: { value: string | number | boolean; count: number }[];
  /** Agents with other values. */
  other_count: number;
}

/**
 * The read model of agents, for this module and all others. Every method that takes an id throws `agent_not_found` or
 * `agent_deregistered`.
 */
@Injectable()
export class AgentReader {
  private readonly lookup = new BatchLoader<AgentEntity>((ids) => this.agents.findEach(ids));

  constructor(
    private readonly agents: AgentRepository,
    private readonly records: AgentCache,
    private readonly totals: AgentCountCache,
    private readonly answers: SharedAnswers,
    private readonly log: EventLogService,
  ) {}

  /** The agent as it was at most two seconds ago, and never before a change that this replica has made. */
  read(id: string): AgentEntity | Promise<AgentEntity> {
    return this.records.find(id, async () => registered(id, await this.lookup.find(id)));
  }

  /** The agent as it is: asks the database. */
  async find(id: string): Promise<AgentEntity> {
    return registered(id, await this.agents.find(id));
  }

  /** The agent as it is at some moment after the call, or its tombstone; undefined when the id is unknown. Asked together with others. */
  present(id: string): Promise<AgentEntity | undefined> {
    return this.lookup.find(id);
  }

  /** The next whole records of the agents that match, in the order of their ids, as they are at one moment after the call. */
  presentPage(criteria: AgentCriteria, after: string | undefined, limit: number): Promise<AgentEntity[]> {
    return bounded(criteria, () => this.agents.presentPage(criteria, after, limit));
  }

  /** Whether an agent matches now, as a list would find it. */
  matches(criteria: AgentCriteria, agent: AgentEntity): boolean {
    return this.agents.matches(criteria, agent);
  }

  /** One page of the agents that match, as they are, and, if it is asked for, how many matched in all at most two seconds ago. */
  async list(query: AgentQuery): Promise<AgentPage> {
    const total = query.includeTotal ? this.count(query) : undefined;
    const [rows, counted] = await Promise.all([this.page(query), total]);
    const items = rows.slice(0, query.limit);
    const last = rows.length > query.limit && canPage(query.order) ? items.at(-1) : undefined;
    const position = last && { value: last.orderKey ?? null, id: last.id };
    return { items, nextCursor: position ? cursorOf(listOf(query), query.order, position) : null, total: counted };
  }

  /** How many agents match, at most two seconds ago. */
  count(query: AgentCriteria): Promise<number> {
    return bounded(query, () => this.totals.count(query));
  }

  /** How often each value occurs among the agents that match, at most two seconds ago. */
  async facets(query: AgentCriteria, { by, limit }: FacetRequest): Promise<FacetCounts[]> {
    const hash = hashOf(query);
    const ask = async (facet: Facet): Promise<FacetCounts> => {
      const rows = await this.answers.recent(`facet:${hash}:${limit}:${facet}`, () =>
        this.agents.facet(query, facet, limit),
      );
      const listed = rows.reduce((sum, { count }) => sum + count, 0);
      const buckets = rows.map(({ value, count }) => ({ value, count }));
      return { by: facet, buckets, other_count: (rows[0]?.total ?? 0) - listed };
    };
    return bounded(query, () => Promise.all(by.map(ask)));
  }

  /** A page whose condition no index serves looks at agents until it is full: one query for all requests of the same moment. */
  private page(query: AgentQuery): Promise<AgentRow[]> {
    const ask = (): Promise<AgentRow[]> => this.agents.page(query);
    if (query.health === undefined && query.filter === undefined) return ask();
    const { limit, after, order, fields } = query;
    const name = `page:${hashOf(query)}:${JSON.stringify([limit, after, order, fields])}`;
    return bounded(query, () => this.answers.together(name, ask));
  }

  /** One page of what became of the agent, newest first, also of one that is deregistered while its tombstone is kept. A cursor of another agent is `validation_failed`, one from before a backup was restored `cursor_invalid`. */
  async history(id: string, limit: number, cursor?: string): Promise<Page<AgentEvent>> {
    if (!(await this.agents.find(id))) throw agentNotFound(id);
    return this.log.ofAgent(id, limit, cursor);
  }
}

/** An expression that takes too long is one to be changed: an answer that says "later" would have it asked again. */
async function bounded<T>({ filter }: AgentCriteria, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw filter === undefined ? error : slowFilterError('filter', error);
  }
}

function registered(id: string, agent: AgentEntity | undefined): AgentEntity {
  if (!agent) throw agentNotFound(id);
  if (agent.deregisteredAt) throw agentDeregistered(id);
  return agent;
}
