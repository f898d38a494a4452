import type { Actor } from '../../events/agent-event';
import type { Principal } from './principal';

/** Who asks, as events and the audit trail say it. */
export function actorOf(principal: Principal): Actor {
  if (principal.kind === 'client') return { kind: 'client', name: principal.name };
  if (principal.kind === 'agent') return { kind: 'agent', name: principal.id };
  return { kind: 'anonymous', name: null };
}
