import { randomUUID } from 'node:crypto';

const USABLE = /^[\x21-\x7e]{1,128}$/;

/** The client's `X-Request-Id` when it is 1–128 visible ASCII characters, else a new UUID. */
export function requestIdFrom(header: string | string[] | undefined): string {
  return typeof header === 'string' && USABLE.test(header) ? header : randomUUID();
}
