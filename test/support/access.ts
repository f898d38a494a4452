import { createHash } from 'node:crypto';
import type { Scope } from '../../src/platform/access/principal';
import type { Configuration } from '../../src/platform/config/configuration';

/** A token of the configuration, with the one thing that the configuration does not know. */
export interface TestToken {
  name: string;
  token: string;
  scopes: Scope[];
  /** The expression of the agents that it is for. */
  where?: string;
}

/** What the service is told of them. */
export function listOf(tokens: TestToken[]): string {
  return JSON.stringify(tokens.map(({ token, ...entry }) => ({ ...entry, sha256: sha256(token) })));
}

/** Settings with which exactly these tokens are good. */
export function withTokens(...tokens: TestToken[]): Partial<Configuration> {
  return { AUTH_MODE: 'token', AUTH_TOKENS: listOf(tokens) };
}

export function sha256(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

export function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}
