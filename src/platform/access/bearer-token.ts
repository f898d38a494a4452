import { hash, randomBytes } from 'node:crypto';
import { invalidToken, unauthorized } from './access.errors';

/** RFC 6750, 2.1; the scheme in any case (RFC 9110, 11.1). */
const BEARER = /^bearer(?: +(.*))?$/i;
const TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;

/** How tokens of agents begin, so that people and secret scanners know them by sight. */
const AGENT_TOKEN = 'art_';

/**
 * The token in an Authorization header.
 * @throws DomainError `unauthorized` when there is none, another scheme, or something that cannot be a token
 */
export function bearerToken(authorization: string | undefined): string {
  const credentials = BEARER.exec(authorization ?? '');
  if (!credentials) throw unauthorized();
  const token = credentials[1]?.trim() ?? '';
  if (!TOKEN.test(token)) throw invalidToken();
  return token;
}

/** A new token for an agent: 256 random bits. Known only to whoever gets the answer. */
export function newAgentToken(): string {
  return AGENT_TOKEN + randomBytes(32).toString('base64url');
}

export function isAgentToken(token: string): boolean {
  return token.startsWith(AGENT_TOKEN);
}

/** All that is ever kept of a token. Without salt or stretching: tokens are random, there is nothing to guess. */
export function digestOf(token: string): Buffer {
  // At once, and by way of a text: half of what an object costs, and no memory outside of V8's for each.
  return Buffer.from(hash('sha256', token, 'binary'), 'binary');
}
