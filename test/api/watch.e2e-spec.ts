import { Client } from 'pg';
import { EventLogReader } from '../../src/events/log/event-log.reader';
import { BeatFlusher } from '../../src/heartbeat/beat-flusher';
import { UNRESTRICTED } from '../../src/platform/access/principal';
import type { WatchEvent } from '../../src/registry/watch/agent-watch';
import { AgentWatches } from '../../src/registry/watch/agent-watches';
import { watchSelection } from '../../src/registry/watch/watch-selection';
import { bearer, withTokens } from '../support/access';
import { registration } from '../support/builders';
import { readStream, type Message, type ReadStream } from '../support/event-stream';
import { createPatientApp } from '../support/patient-app';
import type { TestApp } from '../support/test-app';
import { createTestDatabase } from '../support/test-database';
import { until } from '../support/until';

const ADMIN = { name: 'ops', token: 'ops-token-0123456789abcdef', scopes: ['admin' as const] };
const admin = bearer(ADMIN.token);

describe('GET /agents/watch', () => {
  let app: TestApp;
  const sources: ReadStream[] = [];
  const watch = async (query = '', headers: Record<string, string> = {}): Promise<ReadStream> => {
    const source = await readStream(`${app.url}/agents/watch?${query}`, {
      accept: 'text/event-stream',
      ...admin,
      ...headers,
    });
    sources.push(source);
    return source;
  };
  const register = (id: string, fields: object = {}): Promise<unknown> =>
    app.request('POST', '/agents/register', registration({ id, ...fields }), admin);
  const setStatus = (id: string, status: string): Promise<unknown> =>
    app.request('PUT', `/agents/${id}/status`, { status }, admin);
  const deregister = (id: string): Promise<unknown> => app.request('DELETE', `/agents/${id}`, undefined, admin);
  const poll = (query: string) =>
    app.request<{
      changes: { type: string; agent?: { id: string }; id?: string; cause?: string }[];
      next_cursor: string;
    }>('GET', `/agents/watch?${query}`, undefined, admin);
  /** The messages of these events. */
  const of = (source: ReadStream, ...events: string[]): Message[] =>
    source.messages.filter(({ event }) => events.includes(event));
  const untilCame = (source: ReadStream, event: string, count: number): Promise<void> =>
    until(`${count} × ${event} have come`, 150, () => of(source, event).length >= count);
  /** Moves time by so many seconds again and again until such a message has come. */
  const untilMoved = (source: ReadStream, event: string, seconds: number): Promise<void> =>
    until(`${event} comes`, 150, async () => {
      await app.clock.advance(seconds);
      return of(source, event).length > 0;
    });
  const whatOf = ({ event, data }: Message): unknown[] => [event, data.id, data.status ?? data.cause];

  beforeAll(async () => {
    app = await createPatientApp(withTokens(ADMIN));
  });

  afterEach(async () => {
    for (const source of sources.splice(0)) await source.close();
  });

  afterAll(() => app.close());

  it('sends every agent that matches, then synced, then what becomes of them', async () => {
    await register('w-1', { type: 'watched' });
    await register('w-2', { type: 'watched', metadata: { team: 'x' } });
    await register('w-other', { type: 'other' });
    const source = await watch('type=watched');
    await source.untilMessage('synced');
    expect(source.messages.map(whatOf)).toEqual([
      ['upsert', 'w-1', 'active'],
      ['upsert', 'w-2', 'active'],
      ['synced', undefined, undefined],
    ]);
    expect(source.messages[1]!.data.metadata).toEqual({ team: 'x' });
    // Whoever comes back before all are there begins anew.
    expect(source.messages.map(({ id }) => typeof id)).toEqual(['undefined', 'undefined', 'string']);

    await register('w-3', { type: 'watched' });
    await register('w-other-2', { type: 'other' });
    await setStatus('w-1', 'maintenance');
    await register('w-2', { type: 'other' });
    await deregister('w-3');
    await untilCame(source, 'remove', 2);
    expect(source.messages.slice(3).map(whatOf)).toEqual([
      ['upsert', 'w-3', 'active'],
      ['upsert', 'w-1', 'maintenance'],
      ['remove', 'w-2', 'left'],
      ['remove', 'w-3', 'deregistered'],
    ]);
    expect(source.messages.slice(3).every(({ id }) => typeof id === 'string')).toBe(true);
  });

  it('misses nothing that changes while the first part is on its way, and sends nothing twice', async () => {
    for (const id of ['m-1', 'm-2', 'm-3', 'm-4']) await register(id, { type: 'moving' });
    const criteria = { types: ['moving'], statuses: [], categories: [], capabilities: [], metadata: [] };
    const ending = new AbortController();
    const selection = watchSelection(criteria, UNRESTRICTED);
    const events = app.app.get(AgentWatches).follow({ selection }, ending.signal);
    const taken = [await events.next()]; // the page is read, and goes on when it is asked for
    await deregister('m-3');
    await register('m-4', { type: 'other' });
    await setStatus('m-1', 'maintenance');
    await register('m-5', { type: 'moving' });
    while (taken.length < 9) taken.push(await events.next());
    const seen = taken
      .map(({ value }) => value as WatchEvent)
      .map(({ type, data }) => {
        const { id, status, cause } = JSON.parse(data) as { id?: string; status?: string; cause?: string };
        return [type, id, status ?? cause];
      });
    expect(seen).toEqual([
      ['upsert', 'm-1', 'active'],
      ['upsert', 'm-2', 'active'],
      ['upsert', 'm-3', 'active'],
      ['upsert', 'm-4', 'active'],
      ['synced', undefined, undefined],
      ['remove', 'm-3', 'deregistered'],
      ['remove', 'm-4', 'left'],
      ['upsert', 'm-1', 'maintenance'],
      ['upsert', 'm-5', 'active'],
    ]);
    ending.abort();
    await events.return(undefined);
  });

  it('sends a change once that the first part has shown already', async () => {
    await register('o-1', { type: 'once' });
    const watches = app.app.get(AgentWatches);
    const selection = watchSelection(
      { types: ['once'], statuses: [], categories: [], capabilities: [], metadata: [] },
      UNRESTRICTED,
    );
    const client = new Client({ connectionString: app.database.url });
    await client.connect();
    // A transaction that is open in the middle of the log holds up what comes after it there, and not the list.
    await client.query('BEGIN');
    await client.query(`INSERT INTO agent_events (agent_id, type) VALUES ('o-open', 'registered')`);
    await setStatus('o-1', 'maintenance');
    const ending = new AbortController();
    const events = watches.follow({ selection }, ending.signal);
    const first = [await events.next(), await events.next()];
    await client.query('COMMIT');
    await client.end();
    await setStatus('o-1', 'active');
    await register('o-2', { type: 'once' });
    const seen = [...first, await events.next(), await events.next()].map(({ value }) => value as WatchEvent);
    const sent = seen.map(({ type, data }) => ({
      event: type,
      ...(JSON.parse(data) as { id?: string; status?: string }),
    }));
    expect(sent.map(({ event, id, status }) => [event, id, status])).toEqual([
      ['upsert', 'o-1', 'maintenance'],
      ['synced', undefined, undefined],
      ['upsert', 'o-1', 'active'],
      ['upsert', 'o-2', 'active'],
    ]);
    ending.abort();
    await events.return(undefined);
  });

  it('goes on after a cursor without the initial part, with what has happened meanwhile', async () => {
    await register('r-1', { type: 'resumed' });
    await register('r-2', { type: 'resumed' });
    const first = await watch('type=resumed');
    await first.untilMessage('synced');
    await first.close();
    const { id: cursor } = of(first, 'synced')[0]!;

    await deregister('r-1');
    await register('r-3', { type: 'resumed' });
    await register('r-2', { type: 'moved' });
    for (const [query, headers] of [
      [`&after=${cursor}`, {}],
      ['&after=nonsense', { 'last-event-id': cursor! }],
    ] as const) {
      const second = await watch(`type=resumed${query}`, headers);
      await untilCame(second, 'remove', 2);
      expect(second.messages.map(whatOf)).toEqual([
        ['remove', 'r-1', 'deregistered'],
        ['upsert', 'r-3', 'active'],
        ['remove', 'r-2', 'left'],
      ]);
    }
  });

  it('takes an expression, and follows agents that come and go by their reports', async () => {
    await register('v-1', { type: 'volatile' });
    const filter = encodeURIComponent('agent.type == "volatile" && agent.health.cpu_percent > 90.0');
    const source = await watch(`filter=${filter}`);
    await source.untilMessage('synced');
    expect(of(source, 'upsert')).toEqual([]);
    const find = async (cpu: number, event: string): Promise<void> => {
      await app.request('POST', '/agents/v-1/heartbeat', { health: { cpu_percent: cpu } }, admin);
      // In time that is moved, a report that is not written yet grows older than the one before it.
      await until('the report is in the table', 150, async () => {
        const [row] = await app.database.query<{ cpu: number }>(
          `SELECT (health->>'cpu_percent')::int AS cpu FROM agents WHERE id = 'v-1'`,
        );
        return row!.cpu === cpu;
      });
      await untilMoved(source, event, 5);
    };
    await find(95, 'upsert');
    await find(10, 'remove');
    expect(of(source, 'upsert', 'remove').map(({ event, data }) => [event, data.id])).toEqual([
      ['upsert', 'v-1'],
      ['remove', 'v-1'],
    ]);
  });

  it('refreshes the health of those that match in one event for all', async () => {
    await register('h-1', { type: 'healthy' });
    await register('h-2', { type: 'healthy' });
    const source = await watch('type=healthy&health_interval=5');
    await source.untilMessage('synced');
    const said = (ready: boolean, load: number | null, cpu_percent: number | null): object =>
      expect.objectContaining({ ready, load, cpu_percent }) as object;
    const beat = { ready: false, load: 0.5, health: { cpu_percent: 12 } };
    await app.request('POST', '/agents/h-2/heartbeat', beat, admin);
    await app.app.get(BeatFlusher).flush(); // before time moves, which would make the beat older than the registration
    await untilMoved(source, 'health', 5);
    const { data, id } = of(source, 'health')[0]!;
    expect(id).toBeUndefined();
    expect(data.agents).toEqual([
      expect.objectContaining({ id: 'h-1', last_seen: expect.any(String) as string, health: said(true, null, null) }),
      expect.objectContaining({ id: 'h-2', health: said(false, 0.5, 12) }),
    ]);
  });

  it('gives a client whose agents do not change a new cursor', async () => {
    const source = await watch('type=nothing');
    await source.untilMessage('synced');
    await register('b-1', { type: 'something' });
    await untilMoved(source, 'bookmark', 30);
    const { id, data } = of(source, 'bookmark')[0]!;
    expect(data).toEqual({ cursor: id });
    expect(id).not.toBe(of(source, 'synced')[0]!.id);
  });

  it('says gone for a cursor that the log has no longer', async () => {
    const { body } = await poll('after=now');
    await app.database.query('DELETE FROM agent_events');
    await register('g-1', { type: 'gone' });
    await app.database.query('UPDATE event_log_horizon SET purged_through = (SELECT max(revision) FROM agent_events)');
    const source = await watch(`after=${body.next_cursor}`);
    await source.untilMessage('gone');
    expect(of(source, 'gone')[0]!.data.code).toBe('cursor_expired');
    expect((await poll(`after=${body.next_cursor}`)).status).toBe(410);
  });

  it('answers in JSON as a long poll', async () => {
    const { body: start, status } = await poll('type=polled&after=now');
    expect({ status, changes: start.changes }).toEqual({ status: 200, changes: [] });
    const waiting = poll(`type=polled&after=${start.next_cursor}&wait=55`);
    await register('p-other', { type: 'other' });
    await register('p-1', { type: 'polled' });
    const { body } = await waiting;
    expect(body.changes).toEqual([{ type: 'upsert', agent: expect.objectContaining({ id: 'p-1' }) as object }]);
    await deregister('p-1');
    const next = await poll(`type=polled&after=${body.next_cursor}&wait=0`);
    expect(next.body.changes).toEqual([{ type: 'remove', id: 'p-1', cause: 'deregistered' }]);
    const last = await poll(`type=polled&after=${next.body.next_cursor}`);
    expect(last.body.changes).toEqual([]);
  });

  it('answers a long poll at once when the service stops', async () => {
    const database = await createTestDatabase();
    const stopping = await createPatientApp(withTokens(ADMIN), database);
    const ask = (query: string): Promise<{ status: number; body: { changes?: unknown[]; next_cursor?: string } }> =>
      stopping.request('GET', `/agents/watch?${query}`, undefined, admin);
    const { body } = await ask('after=now');
    const waiting = ask(`after=${body.next_cursor}&wait=55`);
    await until('it waits', 150, () => stopping.app.get(EventLogReader).following > 0);
    await Promise.all([waiting, stopping.app.close()]);
    expect(await waiting).toMatchObject({ status: 200, body: { changes: [] } });
    await database.drop();
  });

  it.each([
    ['', 'after'],
    ['after=x', 'after'],
    ['after=now&wait=56', 'wait'],
    ['after=now&health_interval=5', 'health_interval'],
    ['after=now&health=healthy', 'health'],
    ['after=now&filter=agent.health.cpu_percent%20%3E%201.0', 'filter'],
    ['after=now&limit=5', 'limit'],
  ])('refuses %s for an answer in JSON, naming %s', async (query, field) => {
    const { status, body } = await app.request<{ errors: { field: string }[] }>(
      'GET',
      `/agents/watch?${query}`,
      undefined,
      admin,
    );
    expect({ status, fields: body.errors.map((error) => error.field) }).toEqual({ status: 400, fields: [field] });
  });

  it.each([
    ['wait=1', 'wait'],
    ['after=now', 'after'],
    ['after=x', 'after'],
    ['health_interval=4', 'health_interval'],
    ['cursor=x', 'cursor'],
  ])('refuses %s for a stream, naming %s', async (query, field) => {
    const source = await watch(query);
    await until('the answer is there', 150, () => source.isEnded);
    const body = JSON.parse(source.text) as { errors: { field: string }[] };
    expect({ status: source.status, fields: body.errors.map((error) => error.field) }).toEqual({
      status: 400,
      fields: [field],
    });
  });
});
