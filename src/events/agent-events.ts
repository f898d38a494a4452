import { Injectable } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { AgentChanged, type AgentEventType } from './agent-changed.event';
import type { Provenance } from './agent-event';
import { AgentsInvalidated } from './agents-invalidated.event';

/** Tells this process what has happened to agents. Call it only after the commit. */
@Injectable()
export class AgentEvents {
  constructor(private readonly emitter: EventEmitter2) {}

  /** `from` is the status before, null when the registry knew no such agent. */
  publish(
    type: AgentEventType,
    agent: AgentChanged['agent'],
    from: string | null,
    provenance: Provenance,
    reason?: string | null,
  ): void {
    const { id, name, status } = agent;
    const about = { id, name, type: agent.type, status };
    this.emitter.emit(AgentChanged.topic, new AgentChanged(type, about, from, provenance, reason ?? null));
  }

  /** Some agents may have changed elsewhere. */
  invalidate(ids: readonly string[]): void {
    this.emitter.emit(AgentsInvalidated.topic, new AgentsInvalidated(ids));
  }
}
