import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { InvalidationBus } from '../platform/cache/invalidation-bus';
import { AgentChanged } from '../events/agent-changed.event';
import { AgentEvents } from '../events/agent-events';

/**
 * Tells the other replicas which agents have changed here, and this process which have changed there. It stands here so that
 * events know nothing of Redis, and the cache nothing of agents.
 */
@Injectable()
export class InvalidationPublisher {
  constructor(
    private readonly bus: InvalidationBus,
    events: AgentEvents,
  ) {
    bus.onInvalidated((ids) => events.invalidate(ids));
  }

  @OnEvent(AgentChanged.topic)
  onChange({ agent }: AgentChanged): void {
    this.bus.publish(agent.id);
  }
}
