import { PATIENCE } from '../../../test/support/patience';
import { ServiceProcess } from '../../../test/support/service-process';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database';
import { AgentRegistryClient } from '../src/client';
import { ApiError, ConnectionError, NotFoundError, PreconditionFailedError } from '../src/errors';

describe('The client', () => {
  let database: TestDatabase;
  let service: ServiceProcess;
  let client: AgentRegistryClient;
  beforeAll(async () => {
    database = await createTestDatabase();
    const env = { DATABASE_URL: database.url, HEARTBEAT_TIMEOUT_SECONDS: '86400' }; // no agent dies of the time a test takes
    service = await ServiceProcess.start({ env });
    client = new AgentRegistryClient({ url: `${service.url}/`, timeoutMs: PATIENCE * 1000 });
  });
  afterAll(async () => {
    await ServiceProcess.killAll();
    await database.drop();
  });

  it('registers, reads, changes and deregisters an agent', async () => {
    const registered = await client.register({
      id: 'one',
      name: 'One',
      type: 'worker',
      metadata: { team: 'a', tier: 1 },
    });
    expect(registered).toMatchObject({ id: 'one', status: 'active', heartbeat: { interval_seconds: 10 } });
    const { etag, ...record } = await client.get('one');
    expect(record).toMatchObject({ id: 'one', metadata: { team: 'a', tier: 1 } });
    expect(await client.get('one', { ifNoneMatch: etag })).toBeNull();
    const updated = await client.update('one', { version: '2', metadata: { tier: null } }, { ifMatch: etag });
    expect(updated).toMatchObject({ version: '2', metadata: { team: 'a' } });
    expect(updated.etag).not.toBe(etag);
    expect(await client.get('one', { ifNoneMatch: etag })).toMatchObject({ version: '2' });
    await expect(client.update('one', { version: '3' }, { ifMatch: etag })).rejects.toBeInstanceOf(
      PreconditionFailedError,
    );
    const replaced = await client.replace('one', { name: 'Uno', type: 'worker' }, { ifMatch: updated.etag });
    expect(replaced).toMatchObject({ name: 'Uno', version: null, metadata: {} });
    const resting = await client.setStatus('one', 'maintenance', { reason: 'new disk', ifMatch: replaced.etag });
    expect(resting.status).toBe('maintenance');
    expect((await client.events('one', { limit: 1 })).events).toMatchObject([
      { to: 'maintenance', reason: 'new disk' },
    ]);
    expect(await client.deregister('one')).toEqual({ id: 'one', status: 'deregistered' });
    await expect(client.deregister('one')).rejects.toMatchObject({ name: 'NotFoundError', code: 'agent_deregistered' });
  });

  it('finds agents, page by page', async () => {
    const ids = ['find-1', 'find-2', 'find-3', 'find-4', 'find-5'];
    const definitions = ids.map((id, index) => ({
      id,
      name: id,
      type: index < 3 ? 'finder' : 'keeper',
      capabilities: index > 0 ? ['a b', 'c&d'] : [],
      metadata: { 'team.name': 'ä & b' },
    }));
    expect(await client.import(definitions, { dryRun: true })).toMatchObject({
      results: [{ outcome: 'created' }, {}, {}, {}, {}],
    });
    expect((await client.list({ type: 'finder' })).total).toBe(0);
    await client.import(definitions);
    const query = { type: ['finder', 'keeper'], capability: ['a b', 'c&d'], metadata: { 'team.name': 'ä & b' } };
    expect(await collect(client.listAll({ ...query, limit: 2 }))).toEqual(ids.slice(1));
    expect(await collect(client.discoverAll({ capabilities: ['c&d'], limit: 1 }))).toEqual(ids.slice(1));
    expect((await client.list({ ...query, status: 'inactive', limit: 1 })).agents).toHaveLength(1);
  });

  it('beats, and reads how all are', async () => {
    await client.register({ id: 'alive', name: 'Alive', type: 'worker' });
    expect(await client.heartbeat('alive')).toMatchObject({ id: 'alive', next_heartbeat_seconds: 10 });
    await client.heartbeat('alive', { cpu_percent: 95 });
    expect((await client.agentHealth('alive')).health).toMatchObject({ status: 'degraded', cpu_percent: 95 });
    const answer = await client.heartbeats([{ id: 'alive' }, { id: 'nobody' }]);
    expect(answer).toMatchObject({ accepted: 1, rejected: [{ index: 1, code: 'agent_not_found' }] });
    expect((await client.overview()).active_agents).toBeGreaterThan(0);
    expect((await client.fleetHealth()).overall_health).toBeLessThanOrEqual(1);
    expect(await client.decisions()).toEqual({ decisions: [], next_cursor: null });
    expect(await client.live()).toEqual({ status: 'alive' });
    expect((await client.ready()).status).not.toBe('unhealthy');
    expect((await client.health()).details).toHaveProperty('database');
    expect(await client.metrics()).toContain('active_agents{');
  });

  it('says all that is wrong, and under which id to look it up', async () => {
    const wrong = client.register({ name: '', type: 'worker', capabilities: ['a', 'a'] }, { requestId: 'look-me-up' });
    const error = (await wrong.catch((thrown: unknown) => thrown)) as ApiError;
    expect(error).toMatchObject({
      name: 'BadRequestError',
      status: 400,
      code: 'validation_failed',
      requestId: 'look-me-up',
    });
    expect(error.errors.map(({ field }) => field)).toEqual(['name', 'capabilities[1]']);
    expect(error.message).toBe(error.detail);
    await expect(client.get('nobody')).rejects.toBeInstanceOf(NotFoundError);
    await expect(client.get('..')).rejects.toThrow('cannot stand in a URL');
    expect(() => new AgentRegistryClient({ url: 'registry' })).toThrow('Invalid URL');
  });

  it('registers once, however often it has to ask', async () => {
    let lost = 2;
    const lossy = new AgentRegistryClient({
      url: service.url,
      timeoutMs: PATIENCE * 1000,
      fetch: async (input, init) => {
        const answer = await fetch(input, init);
        if (lost-- > 0) throw new TypeError('fetch failed'); // after the service has done it
        return answer;
      },
    });
    const { id } = await lossy.register({ name: 'Only', type: 'single' });
    expect(await collect(client.listAll({ type: 'single' }))).toEqual([id]);
    lost = 1;
    expect(await lossy.deregister(id)).toEqual({ id, status: 'deregistered' });
    lost = 1;
    await client.register({ id: 'kept', name: 'Kept', type: 'single' });
    await expect(lossy.setStatus('kept', 'maintenance')).rejects.toBeInstanceOf(ConnectionError);
    expect((await client.events('kept')).events).toHaveLength(2);
  });
});

async function collect(agents: AsyncIterable<{ id: string }>): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of agents) ids.push(id);
  return ids;
}
