import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { DataSource } from 'typeorm';
import { WELCOME_AND_GOODBYE } from '../../../test/support/postgres-messages';
import { dataSourceOptions } from './data-source';

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
