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

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
/** RFC 3339, as the registry takes it. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/**
 * The time that an option names, or that is so long after now, in RFC 3339 and UTC.
 * @throws UsageError for what is neither
 */
export function timeOf(option: string, text: string, now: Date): string {
  const [, count, unit] = /^(\d{1,6})([mhdw])$/.exec(text) ?? [];
  const time =
    unit === undefined
      ? TIME.test(text)
        ? Date.parse(text)
        : Number.NaN
      : now.getTime() + Number(count) * UNITS[unit]!;
  const date = new Date(time);
  if (Number.isNaN(date.getTime()))
    throw new UsageError(
      `${option} must be a time (2027-01-31T00:00:00Z) or a duration (90d, 12h, 30m), not "${text}"`,
    );
  return `${date.toISOString().slice(0, 19)}Z`;
}
