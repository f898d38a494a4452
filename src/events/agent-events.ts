import { Injectable } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { AgentChanged } from './agent-changed.event';
import { AgentsInvalidated } from './agents-invalidated.event';

/** Publishes in this process what has happened to agents. Call it only after the commit. */
@Injectable()
export class AgentEvents {
  constructor(private readonly emitter: EventEmitter2) {}

  /** Publishes committed changes, in their order. */
  publishAll(changes: readonly AgentChanged[]): void {
    for (const change of changes) this.emitter.emit(AgentChanged.topic, change);
  }

  /** Some agents may have changed elsewhere. */
  invalidate(ids: readonly string[]): void {
    this.emitter.emit(AgentsInvalidated.topic, new AgentsInvalidated(ids));
  }
}
