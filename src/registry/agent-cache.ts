import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { TieredCache } from '../platform/cache/tiered-cache';
import { AgentChanged } from '../events/agent-changed.event';
import { AgentsInvalidated } from '../events/agents-invalidated.event';
import type { AgentEntity } from './agent.entity';

/**
 * Records of agents as they were at most two seconds ago, for those who only read. In this process alone: in Redis, every
 * flush of heartbeats would have to be followed by as many deletions (docs/adr/0005).
 */
@Injectable()
export class AgentCache {
  constructor(private readonly cache: TieredCache) {}

  /** The record, loaded when it is not cached; callers must not change it. What the load throws is thrown and not cached. */
  find(id: string, load: () => Promise<AgentEntity>): AgentEntity | Promise<AgentEntity> {
    return this.cache.getOrLoad(keyOf(id), load);
  }

  /** Call it when the agent's row has changed in a way that no event reports: beats were written. */
  forget(id: string): void {
    this.cache.forget(keyOf(id));
  }

  @OnEvent(AgentChanged.topic)
  onChange({ agent }: AgentChanged): void {
    this.forget(agent.id);
  }

  @OnEvent(AgentsInvalidated.topic)
  onInvalidated({ ids }: AgentsInvalidated): void {
    for (const id of ids) this.forget(id);
  }
}

function keyOf(id: string): string {
  return `agent:${id}`;
}
