import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiErrors } from '../../validation/api-problems';
import { DomainError } from '../../validation/domain-error';
import { MAX_DEPTH } from '../../validation/json-limits';
import type { JsonStructure } from './json-scan';

const JSON_TYPE = 'application/json';
/** RFC 7396; only a PATCH may come as one. */
const MERGE_PATCH_TYPE = 'application/merge-patch+json';

/** What a route takes. */
export interface BodyRules {
  /** Bytes. */
  limit: number;
  structure: JsonStructure;
  /** The body is a list of items that stand or fall alone: its reader checks each with `jsonViolations`. */
  isBatch?: boolean;
}

/**
 * The largest value that any field takes is 64 KiB long: no more members fit into it. Containers and values are as many as 4 MiB
 * hold with 32 and 8 bytes for each.
 */
const STRUCTURE: JsonStructure = { depth: MAX_DEPTH, members: 32 * 1024, containers: 128 * 1024, values: 512 * 1024 };

/** Of most routes. */
const BODY: BodyRules = { limit: 256 * 1024, structure: STRUCTURE };
/** Of those that take many items at once. An item that is nested too deeply is rejected alone, unless beyond all reason. */
const BATCH: BodyRules = {
  limit: 4 * 1024 * 1024,
  structure: { ...STRUCTURE, depth: 2 * MAX_DEPTH },
  isBatch: true,
};
/** Of routes that ask for no token, and of callers without one where tokens are asked for. */
export const ANONYMOUS_BODY: BodyRules = { limit: 4 * 1024, structure: STRUCTURE };

const RULES = 'body_rules';

/** Has a route take a {@link BATCH}; without it, {@link BODY}. */
export function LargeBody(): MethodDecorator {
  return applyDecorators(SetMetadata(RULES, BATCH), ApiErrors([payloadTooLarge(BATCH.limit)]));
}

export function payloadTooLarge(limit: number): DomainError {
  return new DomainError('too_large', 'payload_too_large', `The body must not be larger than ${limit} bytes`);
}

/** What bodies a route handler takes. */
export function bodyRulesOf(handler: object): BodyRules {
  return (Reflect.getMetadata(RULES, handler) as BodyRules | undefined) ?? BODY;
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The value of a JSON request body (RFC 8259).
 * @throws DomainError `malformed_json`
 */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(UTF8.decode(bytes));
  } catch (error) {
    const reason = error instanceof SyntaxError ? error.message : 'it is not UTF-8';
    throw new DomainError('invalid', 'malformed_json', `The body is not valid JSON: ${reason}`);
  }
}

/**
 * Refuses a body that is not declared as UTF-8 JSON.
 * @throws DomainError `unsupported_media_type`
 */
export function requireJsonType(contentType: string | undefined, method: string): void {
  if (contentType === JSON_TYPE) return; // as nearly every client writes it
  const [type = '', ...parameters] = (contentType ?? '').split(';').map((part) => part.trim().toLowerCase());
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice('charset='.length);
  const isJson = type === JSON_TYPE || (method === 'PATCH' && type === MERGE_PATCH_TYPE);
  if (isJson && (charset === undefined || /^"?utf-?8"?$/.test(charset))) return;
  const accepted = method === 'PATCH' ? `${MERGE_PATCH_TYPE}, ${JSON_TYPE}` : JSON_TYPE;
  throw new DomainError('unsupported_media_type', 'unsupported_media_type', `The body must be ${accepted} in UTF-8`, {
    headers: { accept: accepted },
  });
}
