import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/common/clock';
import { Configuration } from '../../platform/config/configuration';
import type { AgentEvent } from '../../events/agent-event';
import { eventSource } from '../../events/event-source';
import { DatabaseTime } from '../../liveness/database-time';
import { AgentPresenter } from '../agent.presenter';
import { AgentAvailability } from '../dependencies/agent-availability';
import { AgentRepository } from '../agent.repository';
import { cloudEventOf } from './cloud-event';
import { FeedItem, type WriteEvent } from './feed-item';

/** An agent is looked at anew after this time, also where its event stays in memory: rights are judged on the record of now. */
const FRESH_MS = 1_000;

/** Joins events with their agents, once for all who follow. */
@Injectable()
export class FeedItems {
  private readonly items = new WeakMap<AgentEvent, { item: Promise<FeedItem>; at: number }>();
  private readonly write: WriteEvent;

  constructor(
    private readonly agents: AgentRepository,
    private readonly databaseTime: DatabaseTime,
    private readonly clock: Clock,
    private readonly configuration: Configuration,
    private readonly availability: AgentAvailability,
    presenter: AgentPresenter,
  ) {
    const source = eventSource(configuration);
    this.write = (event, agent, isAllShown) =>
      JSON.stringify(cloudEventOf(event, agent && presenter.record(agent, isAllShown), source));
  }

  /** The events with their agents, in the same order; all that is not known yet in one query. */
  async of(events: readonly AgentEvent[]): Promise<FeedItem[]> {
    const now = this.clock.monotonicMs();
    const missing = events.filter((event) => now - (this.items.get(event)?.at ?? -Infinity) > FRESH_MS);
    if (missing.length > 0) {
      const loaded = this.load(missing);
      loaded.catch(() => missing.forEach((event) => this.items.delete(event)));
      for (const [index, event] of missing.entries())
        this.items.set(event, { item: loaded.then((items) => items[index]!), at: now });
    }
    return Promise.all(events.map((event) => this.items.get(event)!.item));
  }

  private async load(events: readonly AgentEvent[]): Promise<FeedItem[]> {
    const agents = await this.agents.findEach([...new Set(events.map(({ agentId }) => agentId))]);
    const moment = {
      now: this.databaseTime.now(),
      timeoutSeconds: this.configuration.HEARTBEAT_TIMEOUT_SECONDS,
      unavailable: this.availability.fallen,
    };
    return events.map((event) => new FeedItem(event, agents.get(event.agentId), moment, this.write));
  }
}
