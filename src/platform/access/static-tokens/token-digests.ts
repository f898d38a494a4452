import { isJsonObject } from '../../validation/validate';
import { timeIn, type Validity } from './validity';

interface Dates {
  /** RFC 3339. */
  not_before?: string;
  /** RFC 3339. */
  expires_at?: string;
}

type Digest = string | (Dates & { sha256: string });

/** What an entry of the list says of its tokens: one digest or several, each with dates of its own or those of the entry. */
export interface DigestsOf extends Dates {
  sha256: Digest | Digest[];
}

/** The tokens of an entry that has no problems. A date of a digest takes the place of the entry's. */
export function digestsOf({ sha256, not_before, expires_at }: DigestsOf): (Validity & { digest: Buffer })[] {
  return (Array.isArray(sha256) ? sha256 : [sha256]).map((each) => {
    const own = typeof each === 'string' ? { sha256: each } : each;
    return {
      digest: Buffer.from(own.sha256, 'hex'),
      notBefore: timeIn(own.not_before ?? not_before) ?? -Infinity,
      expiresAt: timeIn(own.expires_at ?? expires_at) ?? Infinity,
    };
  });
}

/** What is wrong with the `sha256` of an entry, each problem by its place in it; what stands there is never repeated. */
export function digestProblems(sha256: unknown): string[] {
  if (!Array.isArray(sha256)) return oneProblems(sha256);
  if (sha256.length === 0) return [' must hold at least one digest'];
  const problems = sha256.flatMap((each: unknown, index) => oneProblems(each).map((problem) => `[${index}]${problem}`));
  const texts = sha256.map((each: unknown) => String(isJsonObject(each) ? each.sha256 : each).toLowerCase());
  if (problems.length === 0 && new Set(texts).size < texts.length) problems.push(' holds one digest twice');
  return problems;
}

function oneProblems(digest: unknown): string[] {
  const NO_DIGEST = ' must be the SHA-256 of the token: 64 hexadecimal digits';
  if (!isJsonObject(digest)) return isDigest(digest) ? [] : [NO_DIGEST];
  const problems = validityProblems(digest);
  if (!isDigest(digest.sha256)) problems.push(`.sha256${NO_DIGEST}`);
  if (Object.keys(digest).some((key) => !FIELDS.includes(key)))
    problems.push(` has a field other than ${FIELDS.join(', ')}`);
  return problems;
}

const FIELDS = ['sha256', 'not_before', 'expires_at'];

function isDigest(text: unknown): boolean {
  return typeof text === 'string' && /^[0-9a-f]{64}$/i.test(text);
}

/** What is wrong with the dates of an entry or of a digest. */
export function validityProblems(item: Record<string, unknown>): string[] {
  const [start, end] = [timeIn(item.not_before), timeIn(item.expires_at)];
  const problems = ['not_before', 'expires_at']
    .filter((field) => item[field] !== undefined && timeIn(item[field]) === undefined)
    .map((field) => `.${field} must be a time in RFC 3339, such as 2027-01-31T00:00:00Z`);
  if (start !== undefined && end !== undefined && start >= end)
    problems.push('.not_before must be earlier than expires_at');
  return problems;
}
