import { createHash } from 'node:crypto';

const MAX_ID_LENGTH = 255;
const HASH_LENGTH = 16;

/**
 * The id under which the registry can keep an agent of this identity: each run of characters other than
 * `A-Z a-z 0-9 . _ : -` becomes one `-`; what is longer than 255 characters keeps its start and ends in a hash of the
 * whole. The same identity always gives the same id, and a legal id stays as it is.
 */
export function legalId(identity: string): string {
  const id = identity.replace(/[^A-Za-z0-9._:-]+/g, '-');
  if (id.length <= MAX_ID_LENGTH) return id;
  const hash = createHash('sha256').update(identity).digest('hex').slice(0, HASH_LENGTH);
  return `${id.slice(0, MAX_ID_LENGTH - HASH_LENGTH - 1)}-${hash}`;
}
