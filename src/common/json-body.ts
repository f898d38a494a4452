import { raw, type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import { DomainError, inBody, rejectIfAny } from './domain-error';
import { jsonViolations } from './json-limits';

const JSON_TYPE = 'application/json';
/** RFC 7396; only a PATCH may come as one. */
const MERGE_PATCH_TYPE = 'application/merge-patch+json';

/** What a route takes. */
export interface BodyRules {
  /** Bytes. */
  limit: number;
  /** The body is a list of items that stand or fall alone: its reader checks each with `jsonViolations`. */
  isBatch?: boolean;
}

/** Of most routes. */
export const BODY: BodyRules = { limit: 256 * 1024 };
/** Of those that take many items at once. */
export const BATCH: BodyRules = { limit: 4 * 1024 * 1024, isBatch: true };

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
  const [type = '', ...parameters] = (contentType ?? '').split(';').map((part) => part.trim().toLowerCase());
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice('charset='.length);
  const isJson = type === JSON_TYPE || (method === 'PATCH' && type === MERGE_PATCH_TYPE);
  if (isJson && (charset === undefined || /^"?utf-?8"?$/.test(charset))) return;
  const accepted = method === 'PATCH' ? `${MERGE_PATCH_TYPE}, ${JSON_TYPE}` : JSON_TYPE;
  throw new DomainError('unsupported_media_type', 'unsupported_media_type', `The body must be ${accepted} in UTF-8`, {
    headers: { accept: accepted },
  });
}

/**
 * A body that is too large is still read to its end, so that the client gets to the answer; this far. One that is larger, or
 * never ends, is cut off.
 */
const MOST_READ = 16 * 1024 * 1024;

/** Reads the JSON body of every request that changes something into `request.body`; no body leaves it undefined. */
export function jsonBody(rulesOf: (path: string) => BodyRules): RequestHandler {
  const readers = new Map<number, RequestHandler>();
  const readerFor = (limit: number): RequestHandler => {
    const reader = readers.get(limit) ?? raw({ type: () => true, limit });
    readers.set(limit, reader);
    return reader;
  };
  return (request: Request, response: Response, next: NextFunction) => {
    if (!['POST', 'PUT', 'PATCH'].includes(request.method)) return next();
    const { limit, isBatch = false } = rulesOf(request.originalUrl.split('?', 1)[0]!); // `path` is that of the mount
    const refuseUnread = once(() => {
      response.setHeader('connection', 'close');
      next(tooLarge(limit));
    });
    if (Number(request.headers['content-length'] ?? 0) > MOST_READ) return refuseUnread();
    let read = 0;
    request.on('data', (chunk: Buffer) => (read += chunk.length) > MOST_READ && refuseUnread());
    return void readerFor(limit)(request, response, (error?: unknown) => {
      if (read > MOST_READ) return;
      if (error) return next(readFailure(error, limit));
      const bytes: unknown = request.body;
      request.body = undefined;
      if (!Buffer.isBuffer(bytes) || bytes.length === 0) return next();
      try {
        requireJsonType(request.headers['content-type'], request.method);
        request.body = parseJson(bytes);
        if (!isBatch) rejectIfAny(inBody(jsonViolations(request.body)));
        return next();
      } catch (refusal) {
        return next(refusal);
      }
    });
  };
}

function readFailure(error: unknown, limit: number): unknown {
  if ((error as { type?: string }).type !== 'entity.too.large') return error;
  return tooLarge(limit);
}

function tooLarge(limit: number): DomainError {
  return new DomainError('too_large', 'payload_too_large', `The body must not be larger than ${limit} bytes`);
}

function once(work: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) work();
    isDone = true;
  };
}
