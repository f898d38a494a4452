import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { createPatientApp } from '../support/patient-app';
import type { TestApp } from '../support/test-app';

describe('Paths and methods', () => {
  let app: TestApp;
  beforeAll(async () => (app = await createPatientApp()));
  afterAll(() => app.close());

  it.each([
    ['POST', '/agents', 'GET, HEAD'],
    ['GET', '/agents/register', 'POST'],
    ['PUT', '/agents/discover', 'POST'],
    ['DELETE', '/agents/import', 'POST'],
    ['POST', '/agents/some-id', 'DELETE, GET, HEAD, PATCH, PUT'],
    ['PATCH', '/agents/some-id/status', 'POST, PUT'],
    ['POST', '/agents/some-id/events', 'GET, HEAD'],
    ['GET', '/agents/some-id/deregister', 'DELETE'],
    ['POST', '/health/live', 'GET, HEAD'],
  ])('%s %s is 405 with Allow: %s', async (method, path, allow) => {
    const { status, headers, body } = await app.request(method, path);
    expect([status, headers.get('allow'), body.code]).toEqual([405, allow, 'method_not_allowed']);
  });

  it.each(['/', '/agent', '/agents/some-id/unknown', '/AGENTS', '/health/dead', '/v1/agents'])(
    '%s is 404',
    async (path) => {
      const { status, body } = await app.request('GET', path);
      expect([status, body.code]).toEqual([404, 'route_not_found']);
    },
  );

  // fetch would resolve the dots before it sends them.
  it.each(['GET', 'PUT', 'PATCH', 'DELETE'])('%s of a path that steps out of its folder is 404', async (method) => {
    for (const path of ['/agents/..', '/agents/.', '/agents/%2e%2e', '/agents/../agents']) {
      const sent = request(app.url, { method, path });
      sent.end();
      const [answer] = (await once(sent, 'response')) as [IncomingMessage];
      const { code } = (await json(answer)) as { code: string };
      expect([path, answer.statusCode, code]).toEqual([
        path,
        404,
        expect.stringMatching(/^(?:route|agent)_not_found$/),
      ]);
    }
  });

  it('answers every error as problem+json that repeats its detail and names the request', async () => {
    const { headers, body } = await app.request('GET', '/nowhere', undefined, { 'x-request-id': 'my-request-1' });
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(headers.get('x-request-id')).toBe('my-request-1');
    expect(body).toEqual({
      type: 'urn:problem-type:agent-registry:route_not_found',
      title: 'Not Found',
      status: 404,
      detail: 'There is no /nowhere here',
      code: 'route_not_found',
      request_id: 'my-request-1',
      error: 'There is no /nowhere here',
      errors: [],
    });
  });

  it.each([undefined, '', 'with space', 'x'.repeat(129)])('makes up a request id in place of %j', async (given) => {
    const headers: Record<string, string> = given === undefined ? {} : { 'x-request-id': given };
    const answer = await app.request('GET', '/health/live', undefined, headers);
    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('takes JSON in UTF-8 and nothing else', async () => {
    const send = (contentType: string | undefined, method = 'POST', path = '/agents/register'): Promise<Response> => {
      const headers: Record<string, string> = contentType === undefined ? {} : { 'content-type': contentType };
      const options = { body: Buffer.from('{}'), headers };
      return fetch(app.url + path, { ...options, method });
    };
    for (const type of [
      undefined,
      'text/plain',
      'application/xml',
      'application/json; charset=latin1',
      'application/merge-patch+json',
    ]) {
      expect((await send(type)).status).toBe(415);
    }
    expect((await send('Application/JSON; charset="UTF-8"')).status).toBe(400);
    expect((await send('application/merge-patch+json', 'PATCH', '/agents/nobody')).status).toBe(404);
  });

  it('refuses more than 256 KiB', async () => {
    const body = { name: 'n', type: 't', metadata: { text: 'x'.repeat(300 * 1024) } };
    const answer = await app.request('POST', '/agents/register', body);
    expect([answer.status, answer.body.code]).toEqual([413, 'payload_too_large']);
  });

  it('says when the database cannot be asked, and that it is worth waiting', async () => {
    const lost = await createPatientApp();
    await lost.request('POST', '/agents/register', { id: 'here', name: 'n', type: 't' });
    await lost.database.drop();
    for (const [method, path, body] of [
      ['GET', '/agents/here', undefined],
      ['GET', '/agents', undefined],
      ['POST', '/agents/register', { name: 'n', type: 't' }],
      ['DELETE', '/agents/here', undefined],
    ] as const) {
      const answer = await lost.request(method, path, body);
      expect([answer.status, answer.body.code]).toEqual([503, 'store_unavailable']);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(JSON.stringify(answer.body)).not.toMatch(/127\.0\.0\.1|SELECT|node_modules/);
    }
    expect((await lost.request('GET', '/health/ready')).status).toBe(503);
    expect((await lost.request('GET', '/health/live')).status).toBe(200);
    lost.app.getHttpServer().closeAllConnections();
    await lost.app.close();
  });
});
