import { AgentRegistryError } from './errors.js';

/** A request is not one that the registry has signed with this secret, or it is too old. */
export class WebhookVerificationError extends AgentRegistryError {
  override readonly name = 'WebhookVerificationError';
}

/** Header fields as `fetch`, Node and Express have them. */
type HeaderFields = Headers | Record<string, string | readonly string[] | undefined>;

const PREFIX = 'whsec_';
/** By how many seconds the clocks of both sides may differ, and a request be late. */
const TOLERANCE_SECONDS = 300;

/**
 * Verifies a request of a webhook (Standard Webhooks 1.0, `v1`) and gives its body, parsed.
 *
 * @param rawBody as it came, before anything has parsed it
 * @param secret the webhook's, `whsec_…`; while secrets overlap, either one
 * @throws WebhookVerificationError
 */
export async function verifyWebhook(
  headers: HeaderFields,
  rawBody: string | Uint8Array,
  secret: string,
  { now = new Date(), toleranceSeconds = TOLERANCE_SECONDS }: { now?: Date; toleranceSeconds?: number } = {},
): Promise<unknown> {
  const [id, timestamp, signatures] = [
    fieldOf(headers, 'webhook-id'),
    fieldOf(headers, 'webhook-timestamp'),
    fieldOf(headers, 'webhook-signature'),
  ];
  if (!/^\d{1,12}$/.test(timestamp)) throw new WebhookVerificationError('webhook-timestamp is no number of seconds');
  if (Math.abs(Math.floor(now.getTime() / 1000) - Number(timestamp)) > toleranceSeconds)
    throw new WebhookVerificationError('webhook-timestamp is too old, or in the future');
  const body = typeof rawBody === 'string' ? new TextEncoder().encode(rawBody) : rawBody;
  const head = new TextEncoder().encode(`${id}.${timestamp}.`);
  const signed = new Uint8Array(head.length + body.length);
  signed.set(head);
  signed.set(body, head.length);
  const key = await crypto.subtle.importKey('raw', keyOf(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
  for (const item of signatures.split(' ')) {
    const [version, text = ''] = item.split(',', 2);
    const signature = version === 'v1' ? bytesOf(text) : undefined;
    // The comparison takes the same time whatever is wrong.
    if (signature && (await crypto.subtle.verify('HMAC', key, signature, signed))) return parsed(body);
  }
  throw new WebhookVerificationError('No signature is of this secret');
}

function fieldOf(headers: HeaderFields, name: string): string {
  const value =
    headers instanceof Headers
      ? headers.get(name)
      : Object.entries(headers).find(([each]) => each.toLowerCase() === name)?.[1];
  const text = typeof value === 'object' && value !== null ? value[0] : value;
  if (!text) throw new WebhookVerificationError(`${name} is missing`);
  return text;
}

function keyOf(secret: string): Uint8Array<ArrayBuffer> {
  const key = bytesOf(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret);
  if (!key || key.length === 0) throw new WebhookVerificationError('The secret is not whsec_ and base64');
  return key;
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) as unknown;
  } catch (error) {
    throw new WebhookVerificationError('The body is no JSON', { cause: error });
  }
}
