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

  /**
   * The client of this name as the configuration has it now, for what is done later on its behalf; undefined when it has no token that
   * ends by being taken away.
   */
  clientNamed(_name: string): Client | undefined {
    return undefined;
  }

  /**
   * When the last token of each client ends, as far as that is known in advance: milliseconds since 1970, Infinity for one that does
   * not end. Empty when tokens are issued elsewhere.
   */
  get expiryByClient(): ReadonlyMap<string, number> {
    return NONE;
  }
}

const NONE: ReadonlyMap<string, number> = new Map();
