import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { GuardedFetch, type OutboundAnswer, type OutboundRequest } from '../../src/platform/http/guarded-fetch';
import { HostResolver } from '../../src/platform/http/outbound/host-resolver';
import { Configuration } from '../../src/platform/config/configuration';
import { TestAuthority } from '../support/certificates';
import { NameServer } from '../support/name-server';
import { TestClock } from '../support/test-clock';
import { until } from '../support/until';

/** Addresses of name servers' answers that must not be connected to, alone or beside one that may be. */
const REFUSED = [
  ['127.0.0.1'],
  ['127.8.8.8'],
  ['0.0.0.0'],
  ['10.0.0.1'],
  ['172.20.0.1'],
  ['192.168.0.1'],
  ['100.100.0.1'],
  ['169.254.169.254'],
  ['192.0.2.1'],
  ['198.19.0.1'],
  ['224.0.0.251'],
  ['255.255.255.255'],
  ['::1'],
  ['::'],
  ['::ffff:7f00:1'],
  ['64:ff9b::a00:1'],
  ['2002:7f00:1::'],
  ['fd00::1'],
  ['fe80::1'],
  ['ff02::fb'],
  ['8.8.8.8', '127.0.0.1'],
  ['2606:4700::1111', '10.0.0.1'],
];

describe('Requests to addresses that a client has given', () => {
  let names: NameServer;
  let server: Server;
  let port: number;
  const clock = new TestClock();
  const seen: { url: string; headers: Record<string, unknown>; body: string; reused: boolean }[] = [];
  const sockets = new WeakSet<object>();

  beforeAll(async () => {
    names = await NameServer.start();
    server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const reused = sockets.has(request.socket);
        sockets.add(request.socket);
        seen.push({ url: request.url!, headers: request.headers, body: Buffer.concat(parts).toString(), reused });
        if (request.url === '/redirect') response.writeHead(302, { location: '/elsewhere' }).end();
        else if (request.url === '/endless') {
          response.writeHead(200);
          const more = (): void => void (response.destroyed || response.write(Buffer.alloc(65_536), more));
          more();
        } else if (request.url === '/half') response.writeHead(202).write('half');
        else if (request.url === '/silent') return;
        else if (request.url === '/cut') request.socket.destroy();
        else response.writeHead(201, { 'retry-after': '7' }).end('thank you');
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  });
  afterAll(() => {
    names.close();
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    seen.length = 0;
    names.asked.length = 0;
  });

  const fetcher = (OUTBOUND_ALLOW_HOSTS?: string): GuardedFetch =>
    new GuardedFetch(
      Object.assign(new Configuration(), { OUTBOUND_ALLOW_HOSTS }),
      new HostResolver([names.address]),
      clock,
    );
  const send = (url: string, allowed?: string, more: Partial<OutboundRequest> = {}): Promise<OutboundAnswer> =>
    fetcher(allowed).send({ method: 'POST', url, headers: {}, timeoutMs: 150_000, maxBytes: 65_536, ...more });

  it.each(REFUSED.map((addresses) => ({ addresses })))('a name is refused that leads to $addresses', async (row) => {
    names.zone.set('sink.example', [row.addresses]);
    await expect(send(`https://sink.example:${port}/`)).rejects.toMatchObject({ failure: 'address_refused' });
    await expect(send(`http://sink.example:${port}/`)).rejects.toMatchObject({ failure: 'address_refused' });
    expect(seen).toEqual([]);
  });

  it.each(['127.0.0.1', '2130706433', '0x7f.1', '[::1]', '[::ffff:127.0.0.1]', '0'])(
    'the literal %s is refused also when it was kept by a release that took it',
    async (host) => {
      await expect(send(`https://${host}:${port}/`)).rejects.toMatchObject({ failure: 'address_refused' });
      await expect(send(`http://${host}:${port}/`)).rejects.toMatchObject({ failure: 'address_refused' });
      expect(names.asked).toEqual([]);
    },
  );

  it('connects to the address that was checked, and asks for it at every request: a name that moves is refused', async () => {
    names.zone.set('moving.example', [['127.0.0.1'], ['127.0.0.2'], ['127.0.0.1']]);
    const url = `http://moving.example:${port}/x`;
    expect(await send(url, '127.0.0.1')).toMatchObject({ status: 201 });
    await expect(send(url, '127.0.0.1')).rejects.toMatchObject({ failure: 'address_refused' });
    expect(await send(url, '127.0.0.1')).toMatchObject({ status: 201 });
    expect(names.asked).toEqual(Array(3).fill('moving.example'));
    expect(seen.map(({ headers, reused }) => [headers.host, reused])).toEqual(
      Array.from({ length: 2 }, () => [`moving.example:${port}`, false]),
    );
  });

  it('takes plain HTTP to the addresses of a listed subnet, and not to others', async () => {
    names.zone.set('inside.example', [['127.0.0.1']]);
    expect(await send(`http://inside.example:${port}/`, '127.0.0.0/8')).toMatchObject({ status: 201 });
    await expect(send(`http://inside.example:${port}/`, '10.0.0.0/8')).rejects.toMatchObject({
      failure: 'address_refused',
    });
  });

  it('asks the machine itself for the address of a listed name', async () => {
    expect(await send(`http://localhost:${port}/`, 'localhost')).toMatchObject({ status: 201 });
    expect(names.asked).toEqual([]);
  });

  it('sends what it is given, and gives the answer', async () => {
    const body = Buffer.from('{"a":"é"}');
    const answer = await send(`http://localhost:${port}/hook?x=1`, 'localhost', { body, headers: { 'x-mine': 'yes' } });
    expect(answer).toMatchObject({ status: 201, headers: { 'retry-after': '7' } });
    expect(answer.body.toString()).toBe('thank you');
    expect(seen).toMatchObject([
      { url: '/hook?x=1', body: '{"a":"é"}', headers: { 'x-mine': 'yes', 'content-length': '10' } },
    ]);
  });

  it('follows no redirect', async () => {
    expect(await send(`http://localhost:${port}/redirect`, 'localhost')).toMatchObject({ status: 302 });
    expect(seen.map(({ url }) => url)).toEqual(['/redirect']);
  });

  it('reads no more of an answer than it is to', async () => {
    const { status, body } = await send(`http://localhost:${port}/endless`, 'localhost', { maxBytes: 1000 });
    expect([status, body.length]).toEqual([200, 1000]);
  });

  it('fails with timeout when no answer comes in time', async () => {
    const hanging = send(`http://localhost:${port}/silent`, 'localhost', { timeoutMs: 150_000 });
    await until('it is asked', 150, () => seen.length > 0);
    await Promise.all([expect(hanging).rejects.toMatchObject({ failure: 'timeout' }), clock.advance(151)]);
  });

  it('gives the status when only the body does not come in time', async () => {
    const slow = send(`http://localhost:${port}/half`, 'localhost', { timeoutMs: 150_000 });
    await until('it is asked', 150, () => seen.length > 0);
    const [answer] = await Promise.all([slow, clock.advance(151)]);
    expect(answer.status).toBe(202);
  });

  it('fails with timeout when the name server says nothing', async () => {
    names.zone.set('silent.example', ['silent']);
    const hanging = send('https://silent.example/', undefined, { timeoutMs: 1_000 });
    await until('it is asked', 150, () => names.asked.length > 0);
    await Promise.all([
      expect(hanging).rejects.toMatchObject({ failure: expect.stringMatching(/timeout|name_not_resolved/) as string }),
      clock.advance(2),
    ]);
  });

  it.each([
    ['name_not_resolved', 'https://nowhere.example/'],
    ['connection_failed', 'http://localhost:1/'],
    ['connection_failed', '/cut'],
  ])('fails with %s for %s', async (failure, url) => {
    const target = url.startsWith('/') ? `http://localhost:${port}${url}` : url;
    await expect(send(target, 'localhost')).rejects.toMatchObject({ failure });
  });

  it('fails with aborted when the caller does not wait any more', async () => {
    const gone = new AbortController();
    const waiting = send(`http://localhost:${port}/silent`, 'localhost', { signal: gone.signal });
    await until('it is asked', 150, () => seen.length > 0);
    gone.abort();
    await expect(waiting).rejects.toMatchObject({ failure: 'aborted' });
    const late = send(`http://localhost:${port}/`, 'localhost', { signal: gone.signal });
    await expect(late).rejects.toMatchObject({ failure: 'aborted' });
  });

  it('fails with tls_failed for a certificate that nobody vouches for', async () => {
    const authority = new TestAuthority();
    const { cert, key } = authority.issue('sink');
    const secure = createTlsServer({ cert: readFileSync(cert), key: readFileSync(key) }, (_, response) =>
      response.end(),
    );
    secure.listen(0, '127.0.0.1');
    await once(secure, 'listening');
    const url = `https://localhost:${(secure.address() as AddressInfo).port}/`;
    await expect(send(url, 'localhost')).rejects.toMatchObject({ failure: 'tls_failed' });
    secure.close();
    authority.remove();
  });
});
