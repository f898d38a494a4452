import { DomainError } from '../platform/validation/domain-error';
import { AGENT_ID } from './agent-fields';

export function agentNotFound(id: string): DomainError {
  return new DomainError('not_found', 'agent_not_found', `There is no agent ${id}`);
}

export function agentDeregistered(id: string): DomainError {
  return new DomainError('not_found', 'agent_deregistered', `Agent ${id} has been deregistered; it may register again`);
}

export function illegalTransition(from: string, to: string): DomainError {
  return new DomainError('conflict', 'illegal_transition', `An agent that is ${from} cannot be set to ${to}`);
}

/** Another process has registered under the id since this one did; it is the agent now. */
export function superseded(id: string): DomainError {
  const detail = `Another process has registered as agent ${id} since: this one is not the agent any more`;
  return new DomainError('conflict', 'superseded', detail);
}

export function maintenanceIsOperators(): DomainError {
  const detail =
    'An operator has set this maintenance, and an operator ends it: this takes a token with the scope operate';
  return new DomainError('forbidden', 'insufficient_scope', detail);
}

export function operatorsOnly(): DomainError {
  const detail = 'Operators quarantine agents and ban ids: this takes a token with the scope operate';
  return new DomainError('forbidden', 'insufficient_scope', detail);
}

/** Only an operator changes a quarantined agent, and only its status. */
export function agentQuarantined(id: string): DomainError {
  const detail = `Agent ${id} is quarantined until an operator releases it: it may beat and read itself, and nothing else`;
  return new DomainError('forbidden', 'quarantined', detail);
}

/** Nothing is registered under the id until an operator lifts the ban. */
export function agentBanned(id: string): DomainError {
  return new DomainError('forbidden', 'banned', `The id ${id} is banned until an operator lifts the ban`);
}

export function banNotFound(id: string): DomainError {
  return new DomainError('not_found', 'ban_not_found', `The id ${id} is not banned`);
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

/** What every route about one agent can answer, for OpenAPI. */
export const UNKNOWN_AGENT_PROBLEMS: readonly DomainError[] = [
  agentNotFound(AGENT_ID.example),
  agentDeregistered(AGENT_ID.example),
];

/** What every route that changes an agent can answer besides, for OpenAPI. */
export const CHANGE_PROBLEMS: readonly DomainError[] = [
  agentQuarantined(AGENT_ID.example),
  preconditionFailed(),
  concurrentUpdate(AGENT_ID.example),
];
