import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { headOf, RawConnection } from '../../../../test/support/raw-connection';
import { TestClock } from '../../../../test/support/test-clock';
import { readJsonBody } from './body-reader';
import { BytesInFlight } from './bytes-in-flight';
import { ANONYMOUS_BODY } from './json-body';

const BODY = JSON.stringify({ status: 'active' });
const HEAD = headOf('PUT', '/', BODY.length);

describe('readJsonBody', () => {
  let server: Server;
  let connection: RawConnection;

  /** Answers what was read, whether it was taken at once where it lay (no stream flows then), and the bytes that are counted. */
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const inFlight = new BytesInFlight(1024 * 1024, new TestClock());
    const body = await readJsonBody(request, response, ANONYMOUS_BODY, inFlight);
    response.end(JSON.stringify({ body, atOnce: request.readableFlowing === null, held: inFlight.held }));
  }

  beforeEach(async () => {
    server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    connection = await RawConnection.open(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });

  afterEach(() => {
    connection.destroy();
    server.close();
  });

  const answers = async (count = 1): Promise<unknown[]> => {
    await connection.reply(count);
    return connection.replies().map(({ body }) => JSON.parse(body) as unknown);
  };

  const whole = { body: { status: 'active' }, held: BODY.length };

  it('takes a small body that came with its head at once', async () => {
    connection.write(HEAD + BODY);
    expect(await answers()).toEqual([{ ...whole, atOnce: true }]);
  });

  it('takes those of requests in a row at once', async () => {
    connection.write((HEAD + BODY).repeat(3));
    expect(await answers(3)).toEqual(Array.from({ length: 3 }, () => ({ ...whole, atOnce: true })));
  });

  it.each([
    ['after its head', ['', BODY]],
    ['in two pieces', [BODY.slice(0, 4), BODY.slice(4)]],
  ])('waits for a body that comes %s', async (_, [first, second]) => {
    const taken = once(server, 'request');
    connection.write(HEAD + first);
    await taken;
    for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
    connection.write(second!);
    expect(await answers()).toEqual([{ ...whole, atOnce: false }]);
  });

  it('decodes a body that came with its head', async () => {
    const bytes = gzipSync(BODY);
    const head = headOf('PUT', '/', bytes.length).replace('\r\n\r\n', '\r\nContent-Encoding: gzip\r\n\r\n');
    connection.write(Buffer.concat([Buffer.from(head), bytes]));
    expect(await answers()).toMatchObject([{ body: whole.body }]);
  });
});
