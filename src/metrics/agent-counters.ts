import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { AgentChanged } from '../events/agent-changed.event';
import { IdentityConflicts } from '../registry/registration/identity-conflicts';
import { Instruments } from './instruments';
import { transitionOf } from './transition';

/** Counts what becomes of agents, as this process tells it. */
@Injectable()
export class AgentCounters {
  private registrations = 0;
  private deregistrations = 0;
  /** Transitions as their labels in JSON; there are few. */
  private readonly transitions = new Map<string, number>();

  constructor(instruments: Instruments, identities: IdentityConflicts) {
    instruments.counter('agent_registrations_total', () => this.registrations);
    instruments.counter('agent_deregistrations_total', () => this.deregistrations);
    instruments.counter('agent_identity_conflicts_total', () => identities.count);
    instruments.counter('agent_status_transitions_total', () =>
      [...this.transitions].map(([labels, count]) => [JSON.parse(labels) as Record<string, string>, count]),
    );
  }

  @OnEvent(AgentChanged.topic)
  count(change: AgentChanged): void {
    if (change.type === 'registered') this.registrations++;
    if (change.type === 'deregistered') this.deregistrations++;
    const transition = transitionOf(change);
    if (!transition) return;
    const labels = JSON.stringify(transition);
    this.transitions.set(labels, (this.transitions.get(labels) ?? 0) + 1);
  }
}
