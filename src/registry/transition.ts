import type { EventCause } from '../events/agent-event';
import type { AgentChanged, AgentEventType } from '../events/agent-changed.event';

/** A change of lifecycle status as labels of metrics have it. */
export interface TransitionLabels {
  from: string;
  to: string;
  reason: 'register' | 'import' | 'operator' | 'agent' | 'heartbeat' | 'silent' | 'deregister';
}

/** Other events leave the status as it was. */
const REASON_BY_TYPE: Partial<Record<AgentEventType, TransitionLabels['reason']>> = {
  registered: 'register',
  imported: 'import',
  deregistered: 'deregister',
};

/** The transition that a change was; undefined when the status stayed. Never takes a word of a client's into a label. */
export function transitionOf({ type, agent, from, provenance: { cause } }: AgentChanged): TransitionLabels | undefined {
  const to = agent.status;
  const reason = type === 'status_changed' ? reasonOf(cause) : REASON_BY_TYPE[type];
  return reason === undefined || from === to ? undefined : { from: from ?? 'unknown', to, reason };
}

function reasonOf(cause: EventCause): 'operator' | 'agent' | 'heartbeat' | 'silent' {
  if (cause === 'silence') return 'silent';
  return cause === 'heartbeat' || cause === 'agent' ? cause : 'operator';
}
