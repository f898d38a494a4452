import { raw, type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import { DomainError, rejectIfAny } from './domain-error';
import { jsonViolations } from './json-limits';

const JSON_TYPE = 'application/json';
/** RFC 7396; only a PATCH may come as one. */
const MERGE_PATCH_TYPE = 'application/merge-patch+json';

/**
 * The value of a JSON request body (RFC 8259).
 * @throws DomainError `malformed_json`, or `validation_failed` for content that cannot be stored
 */
export function parseJson(bytes: Uint8Array): unknown {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    const reason = error instanceof SyntaxError ? error.message : 'it is not UTF-8';
    throw new DomainError('invalid', 'malformed_json', `The body is not valid JSON: ${reason}`);
  }
  rejectIfAny(jsonViolations(value));
  return value;
}

/**
 * Refuses a body that is not declared as UTF-8 JSON.
 * @throws DomainError `unsupported_media_type`
 */
export function requireJsonType(contentType: string | undefined, method: string): void {
  const [type = '', ...parameters] = (contentType ?? '').split(';').map((part) => part.trim().toLowerCase());
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice('charset='.length);
  const isJson = type === JSON_TYPE || (method === 'PATCH' && type === MERGE_PATCH_TYPE);
  if (isJson && (charset === undefined || /^"?utf-?8"?$/.test(charset))) return;
  const accepted = method === 'PATCH' ? `${MERGE_PATCH_TYPE}, ${JSON_TYPE}` : JSON_TYPE;
  throw new DomainError('unsupported_media_type', 'unsupported_media_type', `The body must be ${accepted} in UTF-8`, {
    headers: { accept: accepted },
  });
}

/** Reads the JSON body of every request that changes something into `request.body`; no body leaves it undefined. */
export function jsonBody(limitOf: (path: string) => number): RequestHandler {
  const readers = new Map<number, RequestHandler>();
  const readerFor = (limit: number): RequestHandler => {
    const reader = readers.get(limit) ?? raw({ type: () => true, limit });
    readers.set(limit, reader);
    return reader;
  };
  return (request: Request, response: Response, next: NextFunction) => {
    if (!['POST', 'PUT', 'PATCH'].includes(request.method)) return next();
    const limit = limitOf(request.path);
    return void readerFor(limit)(request, response, (error?: unknown) => {
      if (error) return next(readFailure(error, limit));
      const bytes: unknown = request.body;
      if (!Buffer.isBuffer(bytes) || bytes.length === 0) {
        request.body = undefined;
        return next();
      }
      try {
        requireJsonType(request.headers['content-type'], request.method);
        request.body = parseJson(bytes);
        return next();
      } catch (refusal) {
        return next(refusal);
      }
    });
  };
}

function readFailure(error: unknown, limit: number): unknown {
  if ((error as { type?: string }).type !== 'entity.too.large') return error;
  return new DomainError('too_large', 'payload_too_large', `The body must not be larger than ${limit} bytes`);
}
