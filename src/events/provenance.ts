import { currentRequest } from '../platform/observability/request-context';
import type { Actor, EventCause, Provenance } from './agent-event';

/** Of a change that is made for the request that is being served. */
export function askedBy(actor: Actor, cause: EventCause = causeOf(actor)): Provenance {
  const request = currentRequest();
  return { cause, actor, requestId: request?.ownId ?? null, clientRequestId: request?.clientId ?? null };
}

/** Of a change that a part of the registry makes by itself. */
export function bySystem(name: string, cause: EventCause): Provenance {
  return { cause, actor: { kind: 'system', name }, requestId: null, clientRequestId: null };
}

function causeOf({ kind }: Actor): EventCause {
  return kind === 'agent' ? 'agent' : 'operator';
}
