import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import type { Operation } from '../../support/operations';
import type { Sent } from '../../support/wire';
import {
  garbled,
  HOSTILE_IDS,
  jsonText,
  nearly,
  oddHeadBytes,
  oddHeader,
  oddJson,
  oddQuery,
  oddSegment,
  someBytes,
  withId,
} from './arbitraries';

export const JSON_TYPE = { 'content-type': 'application/json' };
export const ID = HOSTILE_IDS[0]!;

/** What may differ from a plain request to an operation. */
export interface Oddity {
  id?: string;
  /** With its question mark. */
  query?: string;
  headers?: Record<string, string>;
  body?: Buffer | string;
}

/** A request to an operation, about an agent that is there unless said otherwise. */
export function requestTo({ method, path }: Operation, { id = ID, query = '', headers, body }: Oddity = {}): Sent {
  return { method, path: path.replaceAll(/\{\w+\}/g, () => id) + query, headers, body };
}

/** The documented example for an operation, about an agent that is there. */
export function exampleFor(operation: Operation): string {
  return jsonText(withId(operation.example, ID));
}

/** What an operation wants besides its path. */
export function rightFor(operation: Operation): Oddity {
  return operation.example === undefined ? {} : { headers: JSON_TYPE, body: exampleFor(operation) };
}

/** Random requests of one kind: what of them is odd, and how many of them are asked; at night many times as many. */
export interface Kind {
  name: string;
  runs: number;
  requests: (operations: Operation[]) => fc.Arbitrary<Sent>;
}

export const KINDS: Kind[] = [
  { name: 'a body that is nearly right', runs: 2000, requests: withNearlyRightBody },
  { name: 'a body of any JSON', runs: 600, requests: withAnyJson },
  { name: 'a body of any bytes, type and encoding', runs: 400, requests: withAnyBytes },
  { name: 'any query', runs: 800, requests: withAnyQuery },
  { name: 'anything for an id', runs: 800, requests: withAnyId },
  { name: 'any path', runs: 400, requests: toAnyPath },
  { name: 'header fields of any content', runs: 1200, requests: withAnyHeaders },
];

const takesBody = ({ example }: Operation): boolean => example !== undefined;

/** What `make` gives for each of the operations, one as likely as the other. */
function forAny(operations: Operation[], make: (operation: Operation) => fc.Arbitrary<Sent>): fc.Arbitrary<Sent> {
  return fc.oneof(...operations.map(make));
}

function withNearlyRightBody(operations: Operation[]): fc.Arbitrary<Sent> {
  return forAny(operations.filter(takesBody), (operation) => {
    const nearlyRight = nearly(operation.example);
    const body = fc.oneof({ weight: 4, arbitrary: nearlyRight }, garbled(nearlyRight));
    return fc
      .record({ id: fc.constantFrom(...HOSTILE_IDS), body })
      .map((odd) => requestTo(operation, { ...odd, headers: JSON_TYPE }));
  });
}

function withAnyJson(operations: Operation[]): fc.Arbitrary<Sent> {
  const body = oddJson.map(jsonText);
  return forAny(operations.filter(takesBody), (operation) =>
    body.map((text) => requestTo(operation, { headers: JSON_TYPE, body: text })),
  );
}

function withAnyBytes(operations: Operation[]): fc.Arbitrary<Sent> {
  const types = fc.oneof(
    oddHeader,
    fc.constantFrom('application/json', 'text/plain', 'application/json;charset=utf-16'),
  );
  const encodings = fc.oneof(fc.constantFrom('gzip', 'deflate', 'br', 'identity', 'zstd', 'gzip, gzip'), oddHeader);
  const headers = fc.record({ 'content-type': types, 'content-encoding': encodings }, { requiredKeys: [] });
  const body = fc.oneof(
    someBytes(200),
    someBytes(200).map((raw) => gzipSync(raw)),
    garbled(fc.constant('{"name":"a","type":"t"}')).map((raw) => Buffer.concat([gzipSync(raw), raw])),
  );
  const odd = fc.record({ headers, body });
  return forAny(operations.filter(takesBody), (operation) => odd.map((parts) => requestTo(operation, parts)));
}

function withAnyQuery(operations: Operation[]): fc.Arbitrary<Sent> {
  return fc.oneof(
    ...operations.map((operation) => ({
      weight: operation.queryParameters.length > 0 ? 6 : 1,
      arbitrary: oddQuery(operation.queryParameters).map((query) =>
        requestTo(operation, { ...rightFor(operation), query }),
      ),
    })),
  );
}

function withAnyId(operations: Operation[]): fc.Arbitrary<Sent> {
  return forAny(
    operations.filter(({ path }) => path.includes('{')),
    (operation) => oddSegment.map((id) => requestTo(operation, { ...rightFor(operation), id })),
  );
}

function toAnyPath(): fc.Arbitrary<Sent> {
  const segment = fc.oneof(oddSegment, fc.constantFrom('agents', 'docs', 'health', 'openapi.json'));
  return fc.record({
    method: fc.constantFrom('GET', 'POST', 'DELETE', 'OPTIONS'),
    path: fc.array(segment, { maxLength: 4 }).map((segments) => `/${segments.join('/')}`),
  });
}

/** Served beside the documented operations. The first three are rendered anew for each request, which takes long. */
const RENDERED = ['/docs', '/openapi.json', '/openapi.yaml'].map(fileAt);
const FILES = ['/docs/swagger-ui.css', '/'].map(fileAt);
const OTHER_HEADERS = fc.oneof(
  fc.constantFrom('range', 'if-range', 'if-modified-since', 'accept', 'accept-encoding'),
  fc.constantFrom('authorization', 'cookie', 'origin'),
);

function fileAt(path: string): Operation {
  return { method: 'GET', path, queryParameters: [], headers: ['if-match'], problems: {}, example: undefined };
}

function withAnyHeaders(operations: Operation[]): fc.Arbitrary<Sent> {
  const requests = (operation: Operation): fc.Arbitrary<Sent> => {
    const right = rightFor(operation);
    const names = fc.oneof(fc.constantFrom('x-request-id', ...operation.headers), OTHER_HEADERS);
    return fc
      .dictionary(names, oddHeader, { maxKeys: 5, noNullPrototype: true })
      .map((headers) => requestTo(operation, { ...right, headers: { ...right.headers, ...headers } }));
  };
  return fc.oneof(
    { weight: 39, arbitrary: forAny([...operations, ...FILES], requests) },
    { weight: 1, arbitrary: forAny(RENDERED, requests) },
  );
}

/** The bytes of a request without a body, by lines. */
export function headOf(line: string, ...headers: string[]): string {
  return `${[line, 'Host: localhost', 'Connection: close', ...headers].join('\r\n')}\r\n\r\n`;
}

export const HEADS = 300;
/** Requests with any target and any header field, as bytes; {@link HEADS} of them are asked. */
export const oddHeads: fc.Arbitrary<Buffer> = fc
  .record({ method: fc.constantFrom('GET', 'PUT', 'OPTIONS'), target: oddTarget(), field: oddHeadBytes })
  .map(({ method, target, field }) => Buffer.from(headOf(`${method} ${target} HTTP/1.1`, `X-Odd: ${field}`), 'latin1'));

function oddTarget(): fc.Arbitrary<string> {
  const text = oddHeadBytes.map((raw) => raw.replaceAll(/[\0- \x7f]/g, ''));
  return fc
    .oneof(
      text.map((rest) => `/${rest}`),
      text,
      fc.stringMatching(/^[!-~]{0,20}$/).map((authority) => `http://${authority}/agents`),
    )
    .map((target) => target || '/');
}
