import { withTokens, type TestToken } from '../support/access';
import { createTestApp, type TestApp } from '../support/test-app';
import { WireClient, type Reply, type Sent } from '../support/wire';

const ADMIN: TestToken = { name: 'ops', token: 'token-of-ops', scopes: ['admin'] };
const BODY = JSON.stringify({ id: 'a', name: 'a', type: 't' });

const REQUESTS: Sent[] = [
  ['POST', '/agents/register', BODY],
  ['GET', '/agents/a', undefined],
  ['GET', '/agents', undefined],
  ['POST', '/agents/a/heartbeat', undefined],
  ['DELETE', '/agents/a', undefined],
  ['GET', '/docs', undefined],
  ['GET', '/openapi.json', undefined],
  ['GET', '/metrics', undefined],
  ['GET', '/nowhere', undefined],
].map(([method, path, body]) => ({ method: method!, path: path!, body }));

describe.each(['on', 'off'] as const)('A request that a web page sends, with the hot lane %s', (HOT_LANE) => {
  let app: TestApp;
  const clients: WireClient[] = [];

  async function start(settings: Parameters<typeof createTestApp>[0] = {}): Promise<void> {
    app = await createTestApp({ HOT_LANE, ...settings });
    clients.push(new WireClient(app.url));
  }

  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await app.close();
  });

  const ask = (sent: Sent, headers: Record<string, string>): Promise<Reply> => {
    const type: Record<string, string> = sent.body === undefined ? {} : { 'content-type': 'application/json' };
    return clients.at(-1)!.exchange({ ...sent, headers: { ...type, ...headers } });
  };
  const outcome = ({ status, body }: Reply): unknown => [status, (JSON.parse(body) as { code: string }).code];
  const agents = async (): Promise<unknown> => (await app.request('GET', '/agents')).body.total;

  it('to a name that it has pointed at this machine is refused without access control', async () => {
    await start();
    for (const sent of REQUESTS)
      expect([sent.path, outcome(await ask(sent, { host: 'evil.example:8080' }))]).toEqual([
        sent.path,
        [403, 'host_not_allowed'],
      ]);
    expect(await agents()).toBe(0);
  });

  it('from another site is refused without access control', async () => {
    await start();
    for (const sent of REQUESTS)
      expect([sent.path, outcome(await ask(sent, { origin: 'https://evil.example' }))]).toEqual([
        sent.path,
        [403, 'origin_not_allowed'],
      ]);
    const preflight = { method: 'OPTIONS', path: '/agents/register' };
    const asks = { origin: 'https://evil.example', 'access-control-request-method': 'POST' };
    expect(outcome(await ask(preflight, asks))).toEqual([403, 'origin_not_allowed']);
    expect(await agents()).toBe(0);
  });

  it('from the pages of the service itself, or from a site of CORS_ORIGINS, is answered', async () => {
    await start({ CORS_ORIGINS: 'https://ui.example' });
    for (const origin of [app.url, 'https://ui.example']) {
      for (const sent of REQUESTS) expect((await ask(sent, { origin })).status).not.toBe(403);
    }
  });

  it('to a name of ALLOWED_HOSTS is answered', async () => {
    await start({ ALLOWED_HOSTS: 'registry.internal' });
    expect((await ask(REQUESTS[0]!, { host: 'registry.internal:8080' })).status).toBe(201);
    expect((await ask(REQUESTS[0]!, { host: 'other.internal' })).status).toBe(403);
  });

  it('is no matter of its host or origin where callers are recognised', async () => {
    await start(withTokens(ADMIN));
    const authorization = `Bearer ${ADMIN.token}`;
    expect((await ask(REQUESTS[0]!, { host: 'evil.example', authorization })).status).toBe(201);
    expect((await ask(REQUESTS[1]!, { origin: 'https://evil.example', authorization })).status).toBe(200);
  });

  it('does not keep probes from their answer: they name the address of a pod', async () => {
    await start();
    for (const path of ['/health', '/health/live', '/health/ready'])
      expect((await ask({ method: 'GET', path }, { host: '10.1.2.3:8080' })).status).toBe(200);
  });
});
