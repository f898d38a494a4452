import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from './data-source';

/** A message of PostgreSQL's protocol. */
function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5, type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

/** What a server sends that accepts a connection, and is told to end it, before the client has read anything. */
const WELCOME_AND_GOODBYE = Buffer.concat([
  message('R', Buffer.alloc(4)),
  message('Z', Buffer.from('I')),
  message('E', Buffer.from('SFATAL\0C57P01\0Mterminating connection due to administrator command\0\0')),
]);

describe('A connection that PostgreSQL ends as soon as it is there', () => {
  let server: Server;
  beforeEach(async () => {
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end(WELCOME_AND_GOODBYE));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });
  afterEach(() => server.close());

  it('is an error for who wanted it, not the end of the process', async () => {
    const { port } = server.address() as AddressInfo;
    const dataSource = new DataSource(dataSourceOptions(`postgres://user:secret@127.0.0.1:${port}/registry`));
    await expect(dataSource.initialize()).rejects.toThrow(/terminat|not queryable/);
  });
});
