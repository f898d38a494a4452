import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { listOf, type TestToken } from '../../../test/support/access';
import { PATIENCE } from '../../../test/support/patience';
import { ServiceProcess } from '../../../test/support/service-process';
import { TcpRelay } from '../../../test/support/tcp-relay';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database';
import { until } from '../../../test/support/until';
import { AgentRegistryClient } from '../src/client';
import type { AgentWatch } from '../src/watch';
import type { WatchChange } from '../src/watch-change';

const ADMIN: TestToken = { name: 'ops', token: 'token-of-ops-5Rt8', scopes: ['admin'] };

let database: TestDatabase;
let service: ServiceProcess;
/** What the watches connect through, to be cut off. */
let relay: TcpRelay;
/** Asks the service itself. */
let client: AgentRegistryClient;
let watching: AgentRegistryClient;

beforeAll(async () => {
  database = await createTestDatabase();
  service = await ServiceProcess.start({
    env: {
      DATABASE_URL: database.url,
      SERVER_HOST: '127.0.0.1',
      AUTH_MODE: 'token',
      AUTH_TOKENS: listOf([ADMIN]),
      HEARTBEAT_TIMEOUT_SECONDS: '86400',
    },
  });
  relay = await TcpRelay.to(service.url);
  await relay.open();
  client = new AgentRegistryClient({ url: service.url, token: ADMIN.token });
  watching = new AgentRegistryClient({ url: relay.url, token: ADMIN.token });
}, 600_000);
afterAll(async () => {
  await ServiceProcess.killAll();
  await relay?.close();
  await database?.drop();
});

const register = (id: string, type: string, fields: object = {}): Promise<unknown> =>
  client.register({ id, name: id, type, ...fields });

/** What a watch tells, in words. */
function told(watch: AgentWatch): string[] {
  const words: string[] = [];
  watch.subscribe((change) => words.push(inWords(change)));
  return words;
}

function inWords(change: WatchChange): string {
  if (change.type === 'synced') return 'synced';
  if (change.type === 'health') return `health of ${change.agents.length}`;
  if (change.type === 'remove') return `${change.agent.id} ${change.cause}`;
  const { agent, previous } = change;
  return previous ? `${agent.id} ${previous.status} -> ${agent.status}` : `${agent.id} ${agent.status}`;
}

const toldOf = (words: string[], count: number): Promise<void> =>
  until(`there are ${count} of ${words.join(', ')}`, PATIENCE, () => words.length >= count);

describe('A watch', () => {
  it('has the agents that match, and then each change of them', async () => {
    await register('a-1', 'alive', { metadata: { team: 'x' } });
    await register('a-other', 'alive');
    const watch = watching.watchAgents({
      type: ['alive', 'lively'],
      metadata: { team: 'x' },
      filter: 'agent.id != "z"',
    });
    const words = told(watch);
    expect(watch.isSynced).toBe(false);
    await watch.synced;
    expect([...watch.agents.keys()]).toEqual(['a-1']);
    expect(watch.isSynced).toBe(true);
    const live: string[] = [];
    const reading = (async () => {
      for await (const change of watch) live.push(inWords(change));
    })();
    await register('a-2', 'lively', { metadata: { team: 'x' } });
    await client.setStatus('a-1', 'maintenance');
    await client.update('a-2', { metadata: { team: null } });
    await client.deregister('a-1');
    await toldOf(words, 6);
    expect(words).toEqual([
      'a-1 active',
      'synced',
      'a-2 active',
      'a-1 active -> maintenance',
      'a-2 left',
      'a-1 deregistered',
    ]);
    expect(watch.agents.size).toBe(0);
    watch.close();
    await watch.closed;
    await reading;
    expect(live.at(-1)).toBe('a-1 deregistered');
    expect(watch.isSynced).toBe(false);
  });

  it('goes on where it was when it was cut off, without the first part', async () => {
    await register('b-1', 'cut');
    await register('b-2', 'cut');
    const outages: unknown[] = [];
    let connections = 0;
    const watch = watching.watchAgents(
      { type: 'cut' },
      { onConnect: () => connections++, onDisconnect: (error) => outages.push(error) },
    );
    const words = told(watch);
    await watch.synced;
    await relay.close();
    await client.deregister('b-2');
    await register('b-3', 'cut');
    await relay.open();
    await toldOf(words, 5);
    expect(words).toEqual(['b-1 active', 'b-2 active', 'synced', 'b-2 deregistered', 'b-3 active']);
    expect([...watch.agents.keys()]).toEqual(['b-1', 'b-3']);
    expect(connections).toBe(2);
    expect(outages.length).toBeGreaterThan(0);
    watch.close();
  });

  it('begins anew when the registry has forgotten what has changed, and misses those that went', async () => {
    await register('c-1', 'anew');
    await register('c-2', 'anew');
    const watch = watching.watchAgents({ type: 'anew' });
    const words = told(watch);
    await watch.synced;
    await relay.close();
    await client.deregister('c-1');
    await register('c-3', 'anew');
    await database.query('DELETE FROM agent_events');
    await register('c-3', 'anew', { version: '2' });
    await database.query('UPDATE event_log_horizon SET purged_through = (SELECT max(revision) FROM agent_events)');
    words.length = 0;
    await relay.open();
    await toldOf(words, 4);
    expect(words).toEqual(['c-2 active -> active', 'c-3 active', 'c-1 missed', 'synced']);
    expect([...watch.agents.keys()]).toEqual(['c-2', 'c-3']);
    await client.setStatus('c-2', 'maintenance');
    await toldOf(words, 5);
    expect(words[4]).toBe('c-2 active -> maintenance');
    watch.close();
  });

  it('refreshes the health of its agents', async () => {
    await register('d-1', 'healthy');
    const watch = watching.watchAgents({ type: 'healthy', healthInterval: 5 });
    const words = told(watch);
    await watch.synced;
    await client.heartbeat('d-1', { cpu_percent: 12 });
    await until('it is refreshed', PATIENCE, () => watch.agents.get('d-1')?.health.cpu_percent === 12);
    expect(words.at(-1)).toBe('health of 1');
    expect(watch.agents.get('d-1')).toMatchObject({ type: 'healthy', status: 'active' });
    watch.close();
  });

  it.each<[string, (signal: AbortController) => Promise<AgentWatch>, object]>([
    [
      'a token that is none',
      () => Promise.resolve(new AgentRegistryClient({ url: service.url, token: 'none' }).watchAgents()),
      { status: 401 },
    ],
    [
      'a filter that is none',
      () => Promise.resolve(watching.watchAgents({ filter: '1 +' })),
      { code: 'invalid_filter' },
    ],
    [
      'a signal',
      async (ending) => {
        const watch = watching.watchAgents({}, { signal: ending.signal });
        await watch.synced;
        ending.abort(new Error('enough'));
        return watch;
      },
      { message: 'enough' },
    ],
    [
      'an error of a listener',
      (): Promise<AgentWatch> => {
        const watch = watching.watchAgents();
        watch.subscribe(() => {
          throw new Error('mine');
        });
        return Promise.resolve(watch);
      },
      { message: 'mine' },
    ],
  ])('is ended by %s', async (_, begin, error) => {
    const watch = await begin(new AbortController());
    await expect(watch.closed).rejects.toMatchObject(error);
    const changes = watch[Symbol.asyncIterator]();
    await expect(changes.next()).rejects.toMatchObject(error);
  });

  it('that is closed before it has all agents says so', async () => {
    const watch = watching.watchAgents();
    watch.close();
    await watch.closed;
    await expect(watch.synced).rejects.toThrow('closed before');
  });

  it('that is cut off in its first part begins it again, and tells what is not there any more', async () => {
    const upsert = (id: string): string => `{"event":"upsert","data":{"id":"${id}","status":"active"}}\n`;
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url!);
      response.setHeader('content-type', 'application/x-ndjson');
      if (asked.length > 1) return response.write(`${upsert('2')}{"id":"c","event":"synced","data":{"cursor":"c"}}\n`);
      response.write(upsert('1'));
      return setImmediate(() => response.destroy());
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const watch = new AgentRegistryClient({ url: `http://127.0.0.1:${port}` }).watchAgents({ type: 'x' });
    const words = told(watch);
    await watch.synced;
    expect(words).toEqual(['1 active', '2 active', '1 missed', 'synced']);
    expect(asked).toEqual(['/agents/watch?type=x', '/agents/watch?type=x']);
    watch.close();
    server.closeAllConnections();
    server.close();
  });
});
