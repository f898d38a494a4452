import { once } from 'node:events';
import type { Socket } from 'node:net';
import { BytesInFlight } from '../../src/platform/http/bodies/bytes-in-flight';
import type { HttpAdapter } from '../../src/platform/http/http-adapter';
import { chunk, headOf, RawConnection } from '../support/raw-connection';
import { createTestApp, type TestApp } from '../support/test-app';
import { until } from '../support/until';

const LIVE = get('/health/live');
/** More than the system keeps for a client that reads nothing. */
const UNREAD_ANSWERS = 200;
const REQUEST_TIMEOUT_SECONDS = 30;

describe('Connections', () => {
  let app: TestApp;
  const opened: RawConnection[] = [];

  afterEach(async () => {
    for (const connection of opened.splice(0)) connection.destroy();
    await app.close();
  });

  async function open(bytes = ''): Promise<RawConnection> {
    const connection = await RawConnection.open(app.url);
    opened.push(connection);
    if (bytes) connection.write(bytes);
    return connection;
  }

  const accepted = (count: number): Promise<void> =>
    until(`the server has ${count} connections`, 150, () => {
      const { connections } = app.app.getHttpAdapter() as unknown as HttpAdapter;
      return connections.size === count;
    });
  const register = (id: string): string => {
    const body = JSON.stringify({ id, name: id, type: 't' });
    return headOf('POST', '/agents/register', body.length) + body;
  };

  describe('above CONNECTIONS_MAX', () => {
    it('take the place of the one that has been idle for longest', async () => {
      app = await createTestApp({ CONNECTIONS_MAX: 4 });
      const idle: RawConnection[] = [];
      for (let n = 0; n < 4; n++) idle.push(await open(LIVE));
      for (const connection of idle) await connection.reply();
      idle[0]!.write(LIVE);
      await idle[0]!.reply(2);

      const fifth = await open(LIVE);
      expect((await fifth.reply()).status).toBe(200);
      await idle[1]!.closed();
      const sixth = await open();
      await idle[2]!.closed();
      for (const [connection, count] of [
        [idle[0]!, 3],
        [idle[3]!, 2],
        [fifth, 2],
        [sixth, 1],
      ] as const) {
        connection.write(get('/agents'));
        expect((await connection.reply(count)).status).toBe(200);
      }
    });

    it('are refused when none is idle, and probes are answered', async () => {
      app = await createTestApp({ CONNECTIONS_MAX: 3 });
      const busy: RawConnection[] = [];
      for (let n = 0; n < 3; n++) busy.push(await open(headOf('POST', '/agents/register', 1000)));
      const inFlight = app.app.get(BytesInFlight, { strict: false });
      await until('they are served', 150, () => inFlight.held === 3000);

      const probe = await open(LIVE);
      expect((await probe.reply()).status).toBe(200);
      probe.write(get('/agents'));
      const { status, headers, body } = await probe.reply(2);
      expect([status, headers['retry-after'], headers.connection]).toEqual([503, '2', 'close']);
      expect(JSON.parse(body)).toMatchObject({ code: 'overloaded' });
      await probe.closed();
      for (const path of ['/health/live', '/health/ready', '/health'])
        expect((await (await open(get(path))).reply()).status).toBe(200);

      busy[0]!.destroy();
      await until('there is room', 150, async () => (await (await open(get('/agents'))).reply()).status === 200);
    });
  });

  describe('that send requests without waiting for answers', () => {
    it('are answered in the order of the requests, bytes that are not HTTP last', async () => {
      app = await createTestApp();
      const connection = await open(register('first') + get('/agents/first') + LIVE + 'no HTTP at all\r\n\r\n');
      await connection.closed();
      expect(connection.replies().map(({ status }) => status)).toEqual([201, 200, 200, 400]);
      expect(JSON.parse(connection.replies()[3]!.body)).toMatchObject({ code: 'malformed_request' });
    });

    it('get one answer to a request whose body is broken, after those before it', async () => {
      app = await createTestApp();
      const chunked = headOf('POST', '/agents/register', 'chunked');
      const connection = await open(`${register('first')}${chunked}no size\r\n`);
      await connection.closed();
      expect(connection.replies().map(({ status }) => status)).toEqual([201, 400]);
    });

    it('are answered all the same when there are hundreds', async () => {
      app = await createTestApp();
      const many = await open(register('first') + LIVE.repeat(500));
      await many.reply(501);
      expect(many.replies().map(({ status }) => status)).toEqual([201, ...Array<number>(500).fill(200)]);
    });
  });

  it('whose client takes nothing of an answer for REQUEST_TIMEOUT_SECONDS are cut', async () => {
    app = await createTestApp();
    app.clock.ignoreStalls(); // the time until it is cut passes only as the test moves it
    const connected = once(app.app.getHttpServer(), 'connection') as Promise<[Socket]>;
    const connection = await open();
    const [socket] = await connected;
    connection.socket.pause();
    connection.write(get('/openapi.json').repeat(UNREAD_ANSWERS));
    await until('an answer waits for the client', 150, () => socket.writableLength > 0);
    const another = await open(LIVE);
    await another.reply();

    await app.clock.advance(REQUEST_TIMEOUT_SECONDS - 2);
    await accepted(2);
    await app.clock.advance(4);
    await accepted(1);
    another.write(LIVE);
    expect((await another.reply(2)).status).toBe(200);
  });

  describe('get a problem document and end', () => {
    it.each([
      ['without Host', 'GET /agents HTTP/1.1\r\n\r\n', 400],
      [
        'with a Transfer-Encoding in HTTP/1.0',
        `${post10('Transfer-Encoding: chunked')}${chunk('{"name":"n","type":"t"}')}0\r\n\r\n`,
        400,
      ],
      ['with an unknown expectation', headOf('POST', '/agents/register', 2, { Expect: 'the unexpected' }) + '{}', 417],
    ])('for a request %s', async (_, bytes, status) => {
      app = await createTestApp();
      const connection = await open(bytes);
      await connection.closed();
      const replies = connection.replies();
      expect(replies.map((reply) => [reply.status, reply.headers['content-type']])).toEqual([
        [status, 'application/problem+json; charset=utf-8'],
      ]);
    });

    it('not for one of HTTP/1.0 without Host', async () => {
      app = await createTestApp();
      const connection = await open('GET /health/live HTTP/1.0\r\n\r\n');
      expect((await connection.reply()).status).toBe(200);
    });
  });
});

function get(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
}

function post10(...fields: string[]): string {
  return [
    'POST /agents/register HTTP/1.0',
    'Host: localhost',
    'Content-Type: application/json',
    ...fields,
    '',
    '',
  ].join('\r\n');
}
