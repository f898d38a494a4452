import { DomainError } from '../platform/validation/domain-error';

export function agentNotFound(id: string): DomainError {
  return new DomainError('not_found', 'agent_not_found', `There is no agent ${id}`);
}

export function agentDeregistered(id: string): DomainError {
  return new DomainError('not_found', 'agent_deregistered', `Agent ${id} has been deregistered; it may register again`);
}

export function illegalTransition(from: string, to: string): DomainError {
  return new DomainError('conflict', 'illegal_transition', `An agent that is ${from} cannot be set to ${to}`);
}

export function maintenanceIsOperators(): DomainError {
  const detail =
    'An operator has set this maintenance, and an operator ends it: this takes a token with the scope operate';
  return new DomainError('forbidden', 'insufficient_scope', detail);
}

export function agentLimitReached(most: number): DomainError {
  const detail = `This client owns ${most} registered agents or more, and may not register others (AGENTS_MAX_PER_OWNER)`;
  return new DomainError('forbidden', 'agent_limit_reached', detail);
}

export function preconditionFailed(): DomainError {
  return new DomainError(
    'precondition_failed',
    'precondition_failed',
    'The agent is not in the state that If-Match names',
  );
}

export function concurrentUpdate(id: string): DomainError {
  return new DomainError('conflict', 'concurrent_update', `Agent ${id} is being changed by too many others; try again`);
}

export function idempotencyKeyReused(): DomainError {
  const detail = 'This Idempotency-Key came with another body before';
  return new DomainError('unprocessable', 'idempotency_key_reused', detail);
}
