import type { Client } from './principal';

/** Tells which client a bearer token stands for. */
export abstract class Authenticator {
  /**
   * At once when nobody has to be asked.
   * @throws DomainError `unauthorized` for a token that is not good (any more); one of kind `unavailable` when that cannot be told
   */
  abstract authenticate(token: string): Client | Promise<Client>;

  /** Whether a client of this name may have tokens at all: agents' tokens end with their owner's. */
  abstract knows(client: string): boolean;
}
