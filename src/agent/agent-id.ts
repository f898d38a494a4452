import { randomBytes } from 'node:crypto';

/** A new id: `agent-` and a UUIDv7, so that ids made later sort later. */
export function newAgentId(now: Date): string {
  return newId('agent', now);
}

/** A prefix, a hyphen and a UUIDv7 (RFC 9562, 5.7). */
export function newId(prefix: string, now: Date): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(now.getTime(), 0, 6);
  bytes[6] = (bytes[6]! & 0x0f) | 0x70;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${prefix}-${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
