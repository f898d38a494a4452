import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { InvalidationBus } from '../platform/cache/invalidation-bus';
import { AgentChanged } from '../events/agent-changed.event';
import { AgentEvents } from '../events/agent-events';

/**
 * Publishes to the other replicas which agents have changed here, and in this process which have changed there. It is in this module so
 * that events do not depend on Redis, nor the cache on agents.
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
