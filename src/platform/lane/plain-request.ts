import type { IncomingHttpHeaders } from 'node:http';

/** Ids that need no decoding in a URL. Express decodes the others. */
const PLAIN_ID = /^[A-Za-z0-9_:-][A-Za-z0-9._:-]{0,254}$/;

/** A path as Express would write it, taken apart: at most one parameter, `:id`. */
export interface PathPattern {
  before: string;
  /** Undefined: the path has no parameter. */
  after: string | undefined;
}

export function pathPattern(template: string): PathPattern {
  const [before, after] = template.split(':id');
  return { before: before!, after };
}

/** The id in a path that fits the pattern; empty when the pattern has none. Undefined: it does not fit, or not plainly. */
export function idIn(url: string, { before, after }: PathPattern): string | undefined {
  if (after === undefined) return url === before ? '' : undefined;
  if (!url.startsWith(before) || !url.endsWith(after)) return undefined;
  const id = url.slice(before.length, url.length - after.length);
  return PLAIN_ID.test(id) ? id : undefined;
}

const JSON_TYPES = new Set(['application/json', 'application/json; charset=utf-8', 'application/json;charset=utf-8']);

/**
 * The length of a body that is plain JSON of at most `limit` bytes; 0 when there is none. Undefined: there is something
 * unusual about the request, which Express handles.
 */
export function plainBodyLength(headers: IncomingHttpHeaders, limit: number): number | undefined {
  if (headers.expect ?? headers['transfer-encoding'] ?? headers['content-encoding'] ?? headers.upgrade)
    return undefined;
  if (headers.origin !== undefined) return undefined; // a page of a browser asks: CORS
  const length = Number(headers['content-length'] ?? 0);
  if (length === 0) return 0;
  return length <= limit && JSON_TYPES.has(headers['content-type'] ?? '') ? length : undefined;
}
