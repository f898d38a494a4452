import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TestClock } from '../../test/support/test-clock';
import { HttpTarget, retryAfterMs } from './http.target';
import { ImportError } from './import.error';

const AGENT = { id: 'a', name: 'A', type: 'T' };
const RESULT = { index: 0, id: 'a', outcome: 'created' };

describe('HttpTarget', () => {
  let server: Server;
  let url: URL;
  let requests: { path: string; authorization?: string; body: unknown; at: number }[];
  let clock: TestClock;
  let answers: ((response: ServerResponse) => void)[];

  beforeEach(async () => {
    requests = [];
    clock = new TestClock();
    clock.ignoreStalls();
    answers = [];
    server = createServer((request, response) => void answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    requests.push({
      path: request.url ?? '',
      authorization: request.headers.authorization,
      body: JSON.parse(body),
      at: clock.monotonicMs(),
    });
    (answers.shift() ?? json(500, {}))(response);
  }

  function json(status: number, body: object, headers: Record<string, string> = {}) {
    return (response: ServerResponse): void => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
    };
  }

  it('posts a batch', async () => {
    answers = [json(200, { results: [RESULT] })];
    const target = new HttpTarget({ url, token: 'secret' });
    expect(await target.send([AGENT], { dryRun: true })).toEqual([RESULT]);
    const [{ at: _at, ...request }] = requests as [(typeof requests)[number]];
    expect(requests).toHaveLength(1);
    expect(request).toEqual({
      path: '/agents/import?dry_run=true',
      authorization: 'Bearer secret',
      body: { agents: [AGENT] },
    });
    await target.close();
  });

  it.each(['/', '/registry', '/registry/'])('keeps the path of the URL: %s', async (path) => {
    answers = [json(200, { results: [RESULT] })];
    await new HttpTarget({ url: new URL(path, url) }).send([AGENT], { dryRun: false });
    expect(requests[0]?.path).toBe(`${path.replace(/\/$/, '')}/agents/import?dry_run=false`);
    expect(requests[0]?.authorization).toBeUndefined();
  });

  it('tries again after a 503 or a 429, waiting as long as it asks for or twice as long each time, and after a lost connection', async () => {
    answers = [
      json(503, {}, { 'retry-after': '7' }),
      (response) => void response.destroy(),
      json(429, {}),
      json(429, {}, { 'retry-after': '3600' }),
      json(200, { results: [RESULT] }),
    ];
    const target = new HttpTarget({ url, clock });
    expect(await clock.through(target.send([AGENT], { dryRun: false }))).toEqual([RESULT]);
    const waits = requests.slice(1).map(({ at }, index) => Math.round(at - requests[index]!.at));
    expect(waits).toEqual([7_000, 1_000, 2_000, 60_000]);
  });

  it('gives up after five tries', async () => {
    answers = Array.from({ length: 6 }, () => json(503, { code: 'store_unavailable', detail: 'later' }));
    const sending = clock.through(new HttpTarget({ url, clock }).send([AGENT], { dryRun: false }));
    await expect(sending).rejects.toThrow(/not available: 503 store_unavailable later \(tried 5 times\)/);
    expect(requests).toHaveLength(5);
  });

  it('says why nobody can be reached', async () => {
    server.close();
    const sending = clock.through(new HttpTarget({ url, clock }).send([AGENT], { dryRun: false }));
    await expect(sending).rejects.toThrow(ImportError);
    await expect(sending).rejects.toThrow(/http:\/\/127.*not available: .*ECONNREFUSED.*tried 5 times/);
  });

  it.each([
    [json(403, { code: 'governance_denied', detail: 'no' }), /refused the import: 403 governance_denied no/],
    [json(400, { code: 'x', detail: 'd', errors: [{ field: 'f', message: 'm' }] }), /400 x d f: m/],
    [json(404, {}), /takes no imports \(404\)/],
    [json(301, {}, { location: 'https://elsewhere/' }), /points elsewhere \(https:\/\/elsewhere\/\)/],
    [json(413, { code: 'payload_too_large' }), /refused the import: 413 payload_too_large/],
    [json(500, {}), /refused the import: 500/],
    [json(200, { results: [] }), /did not answer as an agent registry/],
    [json(200, { results: [{ outcome: 'fine' }] }), /did not answer as an agent registry/],
    [(response: ServerResponse) => void response.end('<html>'), /did not answer as an agent registry/],
  ])('does not repeat what will not get better (%#)', async (reply, message) => {
    answers = [reply];
    const sending = clock.through(new HttpTarget({ url, clock }).send([AGENT], { dryRun: false }));
    await expect(sending).rejects.toThrow(ImportError);
    await expect(sending).rejects.toThrow(message);
    expect(requests).toHaveLength(1);
  });

  it('ends a wait when it is interrupted', async () => {
    const interruption = new AbortController();
    answers = [
      (response) => {
        json(503, {}, { 'retry-after': '3600' })(response);
        setImmediate(() => interruption.abort());
      },
    ];
    const sending = new HttpTarget({ url, signal: interruption.signal }).send([AGENT], { dryRun: false });
    await expect(sending).rejects.toThrow(/abort/i);
  });
});

const NOW = new Date('2026-01-01T00:00:00Z');

describe('retryAfterMs', () => {
  it.each([
    [null, undefined],
    ['', undefined],
    ['soon', undefined],
    ['0', 0],
    [' 7 ', 7000],
    ['Thu, 01 Jan 2026 00:00:05 GMT', 5000],
    ['Wed, 31 Dec 2025 23:59:00 GMT', 0],
  ])('%j is %j', (header, expected) => {
    expect(retryAfterMs(header, NOW)).toBe(expected);
  });
});
