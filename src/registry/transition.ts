import type { AgentChanged } from '../events/agent-changed.event';

/** A change of lifecycle status as labels say it. */
export interface TransitionLabels {
  from: string;
  to: string;
  reason: 'register' | 'import' | 'operator' | 'heartbeat' | 'silent' | 'deregister';
}

const REASON_BY_TYPE = { registered: 'register', imported: 'import', deregistered: 'deregister' } as const;

/** The transition that a change was; undefined when the status stayed. Never takes a word of a client's into a label. */
export function transitionOf({ type, agent, from }: Omit<AgentChanged, 'reason'>): TransitionLabels | undefined {
  const to = agent.status;
  if (type === 'updated' || from === to) return undefined;
  const reason = type === 'status_changed' ? reasonOfChange(from, to) : REASON_BY_TYPE[type];
  return { from: from ?? 'unknown', to, reason };
}

function reasonOfChange(from: string | null, to: string): 'operator' | 'heartbeat' | 'silent' {
  if (from === 'maintenance' || to === 'maintenance') return 'operator';
  return to === 'active' ? 'heartbeat' : 'silent';
}
