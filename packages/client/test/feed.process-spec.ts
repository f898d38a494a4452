import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ServiceProcess } from '../../../test/support/service-process';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database';
import { until } from '../../../test/support/until';
import { AgentRegistryClient } from '../src/client';
import type { FollowedEvent } from '../src/types';

/** Follows until it is stopped. */
function follow(
  client: AgentRegistryClient,
  query: { after?: string; filter?: string },
): { events: FollowedEvent[]; problem?: unknown; stop(): Promise<void> } {
  const ending = new AbortController();
  const followed: ReturnType<typeof follow> = {
    events: [],
    stop: async () => {
      ending.abort(new Error('stopped'));
      await reading;
    },
  };
  const reading = (async () => {
    for await (const event of client.events(query, { signal: ending.signal })) followed.events.push(event);
  })().catch((error: unknown) => void (followed.problem = error));
  return followed;
}

describe('The client follows the feed', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(async () => {
    await ServiceProcess.killAll();
    await database.drop();
  });

  it('through the end of one process and into the next, without losing or repeating an event', async () => {
    const env = { DATABASE_URL: database.url, HEARTBEAT_TIMEOUT_SECONDS: '86400' };
    const first = await ServiceProcess.start({ env });
    const { port } = new URL(first.url);
    const client = new AgentRegistryClient({ url: first.url });
    const { next_cursor: after } = await client.listEvents({ after: 'now' });
    const followed = follow(client, { after, filter: 'agent.type == "worker"' });
    await client.register({ id: 'one', name: 'n', type: 'worker' });
    await client.register({ id: 'other', name: 'n', type: 'keeper' });
    await until('the first event has come', 150, () => followed.events.length >= 1);
    await first.stop();
    const second = await ServiceProcess.start({ env: { ...env, SERVER_PORT: port } });
    const again = new AgentRegistryClient({ url: second.url, retries: 10 });
    await again.register({ id: 'two', name: 'n', type: 'worker' });
    await until('the event after it has come', 150, () => followed.events.length >= 2);
    await followed.stop();
    expect(followed.events).toMatchObject([
      { agent_id: 'one', type: 'registered', agent: { id: 'one' } },
      { agent_id: 'two', type: 'registered', agent: { id: 'two' } },
    ]);
    expect(followed.problem).toMatchObject({ message: 'stopped' });
    const { events } = await again.listEvents({ after: followed.events[0]!.cursor });
    expect(events.map(({ agent_id: id }) => id)).toEqual(['other', 'two']);
  });

  it('and says when the cursor is gone, before the stream and in it', async () => {
    const answers: ((response: ServerResponse) => void)[] = [
      (response) => {
        response.setHeader('content-type', 'application/x-ndjson');
        response.end('{"event":"gone","data":{"code":"cursor_expired","oldest_cursor":"x"}}\n');
      },
      (response) => {
        response.writeHead(410, { 'content-type': 'application/problem+json' });
        response.end(
          JSON.stringify({ status: 410, code: 'cursor_invalid', title: 'Gone', detail: 'gone', errors: [] }),
        );
      },
    ];
    const server = createServer((_, response) => answers.shift()!(response));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const client = new AgentRegistryClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
    for (const code of ['cursor_expired', 'cursor_invalid']) {
      const followed = follow(client, {});
      await until('it has ended', 150, () => followed.problem !== undefined);
      expect(followed.problem).toMatchObject({ status: 410, code });
    }
    server.close();
  });

  it('from where it was when a stream is cut off in the middle of a line', async () => {
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      asked.push(new URL(request.url!, 'http://x').searchParams.get('after') ?? undefined);
      response.setHeader('content-type', 'application/x-ndjson');
      const line = (n: number): string => `{"id":"c${n}","event":"updated","data":{"data":{"revision":${n}}}}\n`;
      if (asked.length === 1) {
        response.write(line(1) + line(2).slice(0, 20));
        setImmediate(() => response.destroy());
      } else response.write(line(2));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const client = new AgentRegistryClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
    const followed = follow(client, {});
    await until('the second event has come', 150, () => followed.events.length >= 2);
    await followed.stop();
    expect(followed.events.map(({ revision }) => revision)).toEqual([1, 2]);
    expect(asked).toEqual([undefined, 'c1']);
    server.closeAllConnections();
    server.close();
  });
});
