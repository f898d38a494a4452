import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { InvalidatedMap } from '../platform/common/invalidated-map';
import { DomainError } from '../platform/validation/domain-error';
import { AgentChanged } from '../events/agent-changed.event';
import { AgentsInvalidated } from '../events/agents-invalidated.event';
import { BeatsRepository, type KnownAgent } from './beats.repository';

const CAPACITY = 1_000_000;

/**
 * Caches which agents are registered, and evicts the least recently used ones first. It saves a query for every heartbeat. The
 * database decides: an agent that has changed elsewhere is looked up again, and each flush updates the agents that it has written.
 */
@Injectable()
export class AgentDirectoryCache {
  /** The stale ones are used only while the database cannot be asked how they have changed. */
  private readonly agents = new InvalidatedMap<KnownAgent>(CAPACITY);
  private readonly asked = new Map<string, Promise<KnownAgent | undefined>>();
  private looking: Promise<Map<string, KnownAgent>> | undefined;

  constructor(private readonly beats: BeatsRepository) {}

  /**
   * The agent or its tombstone; undefined when the database has none of this id. All ids that are missed in one turn of the
   * event loop are looked up by one query. An agent that was known and has changed elsewhere counts as it was while the database
   * cannot be asked.
   * @throws DomainError `store_unavailable` when the id is not known here and the database cannot be asked
   */
  find(id: string): KnownAgent | Promise<KnownAgent | undefined> {
    const known = this.agents.get(id);
    if (known && !this.agents.isStale(id)) return known;
    const asked = this.asked.get(id) ?? this.look(id);
    this.asked.set(id, asked);
    return known ? asked.catch((error: unknown) => this.asItWas(known, error)) : asked;
  }

  /** See {@link InvalidatedMap.track}. */
  trackInvalidations(): () => ReadonlySet<string> {
    return this.agents.track();
  }

  /** As the database has it now, whatever is remembered; see {@link find}. */
  findAnew(id: string): Promise<KnownAgent | undefined> {
    const asked = this.asked.get(id) ?? this.look(id);
    this.asked.set(id, asked);
    return asked;
  }

  remember(agent: KnownAgent): void {
    const { id, status, intervalSeconds, incarnation, owner } = agent;
    const known = this.agents.get(id);
    if (known?.owner === owner && this.isCurrent(known, agent)) return;
    this.agents.set(id, { id, status, intervalSeconds, incarnation, owner });
  }

  /** Takes over what a flush returns about a cached agent; it does not return enough to add one. */
  confirm(agent: Omit<KnownAgent, 'owner'>): void {
    const known = this.agents.get(agent.id);
    if (!known || this.isCurrent(known, agent)) return;
    this.remember({ ...agent, owner: known.owner });
  }

  forget(id: string): void {
    this.agents.evict(id);
  }

  @OnEvent(AgentChanged.topic)
  onChange({ agent }: AgentChanged): void {
    this.agents.change(agent.id);
  }

  @OnEvent(AgentsInvalidated.topic)
  onInvalidated({ ids }: AgentsInvalidated): void {
    this.agents.invalidate(ids);
  }

  /** Does nothing while no entry has to be evicted: their order does not matter then. */
  private isCurrent(known: KnownAgent, agent: Omit<KnownAgent, 'owner'>): boolean {
    const { status, intervalSeconds, incarnation } = agent;
    const isSame =
      known.status === status && known.intervalSeconds === intervalSeconds && known.incarnation === incarnation;
    return isSame && !this.agents.isStale(known.id) && !this.agents.isFull;
  }

  private asItWas(known: KnownAgent, error: unknown): KnownAgent {
    if (error instanceof DomainError && error.kind === 'unavailable') return known;
    throw error;
  }

  private async look(id: string): Promise<KnownAgent | undefined> {
    this.looking ??= new Promise((resolve, reject) => {
      setImmediate(() => {
        const ids = [...this.asked.keys()];
        this.asked.clear();
        this.looking = undefined;
        this.lookUp(ids).then(resolve, reject);
      });
    });
    return (await this.looking).get(id);
  }

  private async lookUp(ids: string[]): Promise<Map<string, KnownAgent>> {
    const ask = (): Promise<KnownAgent[]> => this.beats.find(ids);
    const found = await this.agents.during(ask, (agents, changed) => {
      for (const id of ids) this.forget(id);
      for (const agent of agents) if (agent.status !== 'deregistered' && !changed.has(agent.id)) this.remember(agent);
    });
    return new Map(found.map((agent) => [agent.id, agent]));
  }
}
