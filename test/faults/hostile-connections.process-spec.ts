import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { parseMetrics } from '../support/metrics-text';
import { ServiceProcess } from '../support/service-process';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { until } from '../support/until';

const SLOW = 200;
/** Far more often than any limit of the service: a slow connection is never idle. */
const DRIP_MS = 250;

interface Connection {
  socket: Socket;
  /** What was received so far. */
  text: () => string;
  ended: Promise<unknown>;
}

describe('Connections that mean no good', () => {
  let database: TestDatabase;
  let service: ServiceProcess;
  const sockets: Socket[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    const env = { DATABASE_URL: database.url, REQUEST_TIMEOUT_SECONDS: '3' };
    service = await ServiceProcess.start({ env });
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
  });
  afterAll(async () => {
    await ServiceProcess.killAll();
    await database.drop();
  });

  it.each([
    ['headers', 'GET /health HTTP/1.1\r\nHost: localhost\r\nX-Slow: ', 'a'],
    ['body', post('/agents/register', 100_000), ' '],
  ])(
    'that send their %s byte by byte, two hundred at once, keep no others waiting and are refused',
    async (_, begin, byte) => {
      // An answer while all of the slow are still borne did not wait for them. Where the machine is so busy that one of
      // them is refused before, it shows nothing, and is done again.
      await until('others are answered while all of the slow are borne', 150, async () => {
        const slow = await Promise.all(Array.from({ length: SLOW }, open));
        for (const { socket } of slow) socket.write(begin);
        const isBorne = ({ text }: Connection): boolean => text() === '';
        const drip = setInterval(() => slow.filter(isBorne).forEach(({ socket }) => socket.write(byte)), DRIP_MS);
        try {
          await expectResponsive();
          const areBorne = slow.every(isBorne);
          await Promise.all(slow.map(({ ended }) => ended));
          expect(slow.map(({ text }) => statusOf(text()))).toEqual(slow.map(() => 408));
          return areBorne;
        } finally {
          clearInterval(drip);
        }
      });
      await expectResponsive();
    },
  );

  it('that announce or send too much are refused without being read to the end', async () => {
    const announced = await open();
    announced.socket.write(post('/agents/register', 1e12));
    await until('it is refused', 150, () => statusOf(announced.text()) === 413);

    const endless = await open();
    endless.socket.write(
      `POST /agents/register HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`,
    );
    const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`;
    for (let n = 0; n < 300; n++) endless.socket.write(chunk);
    await until('it is refused', 150, () => statusOf(endless.text()) === 413);

    const wide = await open();
    wide.socket.write(`GET /health HTTP/1.1\r\nHost: localhost\r\nX-Wide: ${'a'.repeat(64 * 1024)}\r\n\r\n`);
    await until('it is refused', 150, () => statusOf(wide.text()) === 431);
    await expectResponsive();
  });

  it('that end in the middle of a request write nothing', async () => {
    await expectResponsive();
    const before = await figure('nodejs_active_resources{type="TCPSocketWrap"}');
    // A registration is in it before its announced end.
    const whole = post('/agents/register', 60) + '{"name":"half","type":"worker"}'.padEnd(60);
    for (let length = 1; length < whole.length; length += 7) {
      const { socket } = await open();
      socket.write(whole.slice(0, length));
      if (length % 2) socket.end();
      else socket.destroy();
    }
    await until('the service has closed all of them', 150, async () => {
      return (await figure('nodejs_active_resources{type="TCPSocketWrap"}')) <= before;
    });
    await expectResponsive();
  });

  it('that send hundreds of requests without waiting get all answers in their order', async () => {
    const { socket, text } = await open();
    const requests = Array.from(
      { length: 300 },
      (_, n) => `GET /health/live HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: r-${n}\r\n\r\n`,
    );
    socket.write(requests.join(''));
    await until('all are answered', 150, () => idsIn(text()).length === 300);
    expect(idsIn(text())).toEqual(requests.map((_, n) => `r-${n}`));
    await expectResponsive();
  });

  it('that say nothing at all, a thousand of them, take hardly any memory and are ended', async () => {
    await expectResponsive();
    const before = await figure('process_resident_memory_bytes');
    const idle = await Promise.all(Array.from({ length: 1000 }, open));
    await expectResponsive();
    expect(await figure('process_resident_memory_bytes')).toBeLessThan(before + 50 * 1024 * 1024);
    await Promise.all(idle.map(({ ended }) => ended));
    await expectResponsive();
  });

  it('leave nothing behind', async () => {
    expect(await service.stop()).toEqual({ code: 0, signal: null }); // by then all that it has begun is written
    expect(await database.query('SELECT id FROM agents')).toEqual([]);
  });

  async function open(): Promise<Connection> {
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => undefined);
    const chunks: string[] = [];
    socket.setEncoding('latin1').on('data', (chunk: string) => chunks.push(chunk));
    const ended = new Promise((resolve) => socket.once('close', resolve)); // events.once would mind an error
    await once(socket, 'connect');
    return { socket, text: () => chunks.join(''), ended };
  }

  async function expectResponsive(): Promise<void> {
    for (const path of ['/health/live', '/agents?limit=1', '/analytics/overview']) {
      const answer = await fetch(service.url + path);
      expect([path, answer.status]).toEqual([path, 200]);
      await answer.text();
    }
    expect(await database.query('SELECT id FROM agents')).toEqual([]);
  }

  /** One of the service's metrics. */
  async function figure(series: string): Promise<number> {
    const text = await (await fetch(`${service.url}/metrics`)).text();
    const value = parseMetrics(text).get(series);
    if (value === undefined) throw new Error(`there is no ${series}`);
    return value;
  }
});

function post(path: string, length: number): string {
  return `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;
}

function statusOf(answer: string): number | undefined {
  const status = /^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1];
  return status === undefined ? undefined : Number(status);
}

function idsIn(answers: string): string[] {
  return [...answers.matchAll(/^x-request-id: (.*)\r$/gim)].map(([, id]) => id!);
}
