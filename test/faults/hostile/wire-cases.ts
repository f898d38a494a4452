import { ID, headOf } from './requests';

const body = '{"name":"wire","type":"t"}';
const AS_JSON = 'Content-Type: application/json';
const LENGTH = `Content-Length: ${body.length}`;

function post(...headers: string[]): string {
  return headOf('POST /agents/register HTTP/1.1', AS_JSON, ...headers);
}

/** Unusual requests as bytes, and the status that the first answer has. */
export const UNUSUAL: [what: string, bytes: string, status: number][] = [
  ['a request of HTTP/1.0', headOf('GET /agents HTTP/1.0'), 200],
  ['an absolute target', headOf('GET http://localhost/agents?limit=1 HTTP/1.1'), 200],
  ['an absolute target elsewhere', headOf('GET http://other.example/agents?limit=1 HTTP/1.1'), 403],
  ['an asterisk for a target', headOf('OPTIONS * HTTP/1.1'), 404],
  ['a fragment', headOf('GET /agents?limit=1#limit=x HTTP/1.1'), 400],
  ['two slashes', headOf('GET //agents HTTP/1.1'), 404],
  [
    'an offer to change the protocol',
    headOf('GET /agents HTTP/1.1', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__'),
    200,
  ],
  [
    'five hundred header fields',
    headOf('GET /agents HTTP/1.1', ...Array.from({ length: 500 }, (_, i) => `X-${i}: ${i}`)),
    200,
  ],
  ['two request ids', headOf('GET /agents HTTP/1.1', 'X-Request-Id: a', 'X-Request-Id: b'), 200],
  ['two tags', headOf(`PUT /agents/${ID} HTTP/1.1`, 'If-Match: "a"', 'If-Match: "b"', AS_JSON, LENGTH) + body, 412],
  ['two content types', post('Content-Type: text/plain', LENGTH) + body, 201],
  ['a body that waits for leave', post('Expect: 100-continue', LENGTH) + body, 201],
  [
    'a body in odd chunks',
    post('Transfer-Encoding: chunked') + `1;x="y"\r\n{\r\n00019\r\n${body.slice(1)}\r\n0\r\nX-Trailer: x\r\n\r\n`,
    201,
  ],
  ['a body that is longer than it says', post('Content-Length: 10') + body, 400],
  ['a body where none is needed', headOf(`GET /agents/${ID} HTTP/1.1`, LENGTH) + body, 200],
];

/** Requests that are wrong, as bytes; `isAll` when the client has to say that nothing follows. */
export const WRONG: [what: string, bytes: string | Buffer, isAll: boolean][] = [
  ['a body that is shorter than it says', post('Content-Length: 1000') + body, true],
  ['a chunk that never comes', post('Transfer-Encoding: chunked') + '10\r\n{"name":', true],
  ['a chunk of no size', post('Transfer-Encoding: chunked') + 'zz\r\n{}\r\n0\r\n\r\n', false],
  ['a length below zero', post('Content-Length: -1') + body, false],
  ['a length in words', post('Content-Length: ten') + body, false],
  ['two lengths', post('Content-Length: 5', LENGTH) + body, false],
  ['a length and chunks', post(LENGTH, 'Transfer-Encoding: chunked') + '0\r\n\r\n', false],
  ['an unknown transfer coding', post('Transfer-Encoding: chunked, gzip') + body, false],
  ['an unknown method', headOf('FROB /agents HTTP/1.1'), false],
  ['a method in small letters', headOf('get /agents HTTP/1.1'), false],
  ['a tunnel', headOf('CONNECT registry:80 HTTP/1.1'), false],
  ['an unknown version', headOf('GET /agents HTTP/3.7'), false],
  ['a target that is no URL', headOf('GET http://[/agents HTTP/1.1'), false],
  ['a body for a target that is no URL', headOf('POST http://[/agents HTTP/1.1', 'Content-Length: 2') + '{}', false],
  ['an authority for a target', headOf('GET registry:80 HTTP/1.1'), false],
  ['a space in the target', headOf('GET /agents?name=a b HTTP/1.1'), false],
  ['a header field without a colon', headOf('GET /agents HTTP/1.1', 'X-Odd'), false],
  ['a space in the name of a header field', headOf('GET /agents HTTP/1.1', 'X Odd: 1'), false],
  ['a NUL in a header field', headOf('GET /agents HTTP/1.1', 'X-Odd: a\0b'), false],
  ['a header field of 20 KB', headOf('GET /agents HTTP/1.1', `X-Odd: ${'x'.repeat(20_000)}`), false],
  ['a target of 20 KB', headOf(`GET /agents?name=${'x'.repeat(20_000)} HTTP/1.1`), false],
  ['an expectation that no server meets', post('Expect: miracles', LENGTH) + body, false],
  ['the beginning of TLS', Buffer.from('160301020001000', 'hex'), true],
];

/** Targets that not every parser of URLs takes. */
export const DISPUTED_TARGETS = [
  'http://%zz@registry/agents',
  'http://xn--{xn--/agents',
  'http://registry:/agents',
  'x://registry/agents',
];
