import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { AgentChanged } from '../events/agent-changed.event';
import { IdentityConflicts } from './registration/identity-conflicts';
import { Instruments } from '../platform/observability/instruments';
import { defineMetrics } from '../platform/observability/metric-definitions';
import { transitionOf } from './transition';

const METRICS = defineMetrics({
  agent_registrations_total: {
    type: 'counter',
    help: 'Registrations that were written, also those that replaced one; imported definitions are not among them.',
    labels: [],
  },
  agent_deregistrations_total: {
    type: 'counter',
    help: 'Deregistrations that were written.',
    labels: [],
  },
  agent_identity_conflicts_total: {
    type: 'counter',
    help: 'Registrations that are part of a conflict: two definitions take turns under one id, so two processes seem to use it.',
    labels: [],
  },
  agent_status_transitions_total: {
    type: 'counter',
    help: 'Changes of lifecycle status. from is "unknown" for a new agent; reason is register, import, heartbeat, silent, operator, agent or deregister.',
    labels: ['from', 'to', 'reason'],
  },
});

/** Counts the changes of agents that this process publishes. */
@Injectable()
export class AgentMetrics {
  private registrations = 0;
  private deregistrations = 0;
  /** Transitions as their labels in JSON; there are few. */
  private readonly transitions = new Map<string, number>();

  constructor(instruments: Instruments, identities: IdentityConflicts) {
    instruments.counter(METRICS.agent_registrations_total, () => this.registrations);
    instruments.counter(METRICS.agent_deregistrations_total, () => this.deregistrations);
    instruments.counter(METRICS.agent_identity_conflicts_total, () => identities.count);
    instruments.counter(METRICS.agent_status_transitions_total, () =>
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
