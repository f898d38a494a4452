import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Client, Pool, type PoolConfig } from 'pg';
import { welcome } from '../../../test/support/postgres-messages';
import { announcedProcess, cutConnection, type OnConnect } from './pg';

const PID = 4242;

describe('The private API of pg', () => {
  let server: Server;
  let config: { connectionString: string };
  const sockets: Socket[] = [];
  beforeEach(async () => {
    sockets.length = 0;
    server = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined);
      socket.once('data', () => socket.write(welcome(PID)));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    config = { connectionString: `postgres://user@127.0.0.1:${(server.address() as AddressInfo).port}/registry` };
  });
  afterEach(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  it('cuts a connection whose server does not answer, and knows the process that the server has named', async () => {
    const client = new Client(config);
    client.on('error', () => undefined);
    await client.connect();
    expect(announcedProcess(client)).toBe(PID);
    const closed = once(sockets[0]!, 'close');
    const asked = client.query('SELECT 1').catch(String);
    cutConnection(client);
    await closed;
    expect(await asked).toContain('Connection terminated');
  });

  it('gives out a connection of a pool only when onConnect has resolved', async () => {
    let allow = (): void => undefined;
    const allowed = new Promise<void>((resolve) => (allow = resolve));
    let isCalled = (): void => undefined;
    const called = new Promise<void>((resolve) => (isCalled = resolve));
    const order: string[] = [];
    const options: PoolConfig & OnConnect = {
      ...config,
      onConnect: async (client) => {
        order.push(`connected to ${announcedProcess(client)}`);
        isCalled();
        await allowed;
        order.push('prepared');
      },
    };
    const pool = new Pool(options);
    pool.on('error', () => undefined);
    const given = pool.connect().then((client) => {
      order.push('given out');
      return client;
    });
    await called;
    allow();
    (await given).release(true);
    expect(order).toEqual([`connected to ${PID}`, 'prepared', 'given out']);
    await pool.end();
  });
});
