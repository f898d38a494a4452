import { createHash, randomBytes } from 'node:crypto';
import { UsageError } from './usage-error.js';

/** How these tokens begin, so that people and secret scanners know them by sight. `art_` is for agents' own. */
const PREFIX = 'arc_';

/** An entry of the registry's list of tokens (`AUTH_TOKENS_FILE`). */
export interface TokenEntry {
  name: string;
  /** SHA-256 of the token, hexadecimal: all that the registry keeps of it. */
  sha256: string;
  scopes: string[];
  not_before?: string;
  expires_at?: string;
}

/** A token of 256 random bits. */
export function newToken(): string {
  return PREFIX + randomBytes(32).toString('base64url');
}

/**
 * The entry that makes a token known to the registry.
 * @throws UsageError for a name or dates that the registry would not take
 */
export function entryOf(token: string, request: Omit<TokenEntry, 'sha256'>): TokenEntry {
  const { name, scopes, not_before, expires_at } = request;
  if (!/^[^\p{Cc}\p{Cs}]{1,255}$/u.test(name)) throw new UsageError('NAME must be 1 to 255 printable characters');
  if (not_before !== undefined && expires_at !== undefined && Date.parse(not_before) >= Date.parse(expires_at))
    throw new UsageError('--not-before must be earlier than --expires');
  return {
    name,
    sha256: createHash('sha256').update(token).digest('hex'),
    scopes: [...new Set(scopes)],
    ...(not_before !== undefined && { not_before }),
    ...(expires_at !== undefined && { expires_at }),
  };
}
