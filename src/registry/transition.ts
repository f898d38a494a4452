import type { EventCause } from '../events/agent-event';
import type { AgentChanged } from '../events/agent-changed.event';

/** A change of lifecycle status as labels of metrics have it. */
export interface TransitionLabels {
  from: string;
  to: string;
  reason: 'register' | 'import' | 'operator' | 'agent' | 'heartbeat' | 'silent' | 'deregister';
}

const REASON_BY_TYPE = { registered: 'register', imported: 'import', deregistered: 'deregister' } as const;

/** The transition that a change was; undefined when the status stayed. Never takes a word of a client's into a label. */
export function transitionOf({ type, agent, from, provenance: { cause } }: AgentChanged): TransitionLabels | undefined {
  const to = agent.status;
  if (type === 'updated' || type === 'unbanned' || type === 'superseded' || from === to) return undefined;
  const reason = type === 'status_changed' ? reasonOf(cause) : REASON_BY_TYPE[type];
  return { from: from ?? 'unknown', to, reason };
}

function reasonOf(cause: EventCause): 'operator' | 'agent' | 'heartbeat' | 'silent' {
  if (cause === 'silence') return 'silent';
  return cause === 'heartbeat' || cause === 'agent' ? cause : 'operator';
}
