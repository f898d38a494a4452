import { DomainError } from '../validation/domain-error';

/**
 * The service has taken in as much as it can hold. Ends the connection: what is left of a body need not be read, and another
 * replica may have room.
 */
export function overloaded(message: string): DomainError {
  return new DomainError('unavailable', 'overloaded', message, { headers: { connection: 'close' } });
}
