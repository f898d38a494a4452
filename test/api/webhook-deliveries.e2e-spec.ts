import { randomBytes } from 'node:crypto';
import { registration } from '../support/builders';
import { makeOlder, elapse } from '../support/elapse';
import { isSigned, Sink } from '../support/sink';
import { createTestApp, type TestApp } from '../support/test-app';
import { until } from '../support/until';

interface Webhook {
  id: string;
  secret: string;
  status: string;
  enabled: boolean;
  disabled_reason: string | null;
  waiting: number;
  cursor: string;
}
interface Delivery {
  id: string;
  state: string;
  attempts: number;
  status: number | null;
  error: string | null;
  next_attempt_at: string | null;
}

const SETTINGS = {
  HEARTBEAT_TIMEOUT_SECONDS: 86_400, // no agent falls silent meanwhile: that would be an event
  OUTBOUND_ALLOW_HOSTS: 'localhost',
  SECRETS_KEY: randomBytes(32).toString('base64'),
  WEBHOOK_TIMEOUT_MS: 120_000,
};

describe('Deliveries of webhooks', () => {
  let app: TestApp;
  let sink: Sink;
  let webhook: Webhook;
  let agents = 0;

  beforeAll(async () => {
    app = await createTestApp(SETTINGS);
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    sink = await Sink.start();
    webhook = await make({ url: sink.url });
  });
  afterEach(async () => {
    await app.request('DELETE', `/webhooks/${webhook.id}`);
    await sink.close();
  });

  async function make(body: object): Promise<Webhook> {
    const answer = await app.request<Webhook>('POST', '/webhooks', body);
    expect(answer.status).toBe(201);
    return answer.body;
  }
  async function read(): Promise<Webhook> {
    return (await app.request<Webhook>('GET', `/webhooks/${webhook.id}`)).body;
  }
  async function deliveries(query = ''): Promise<Delivery[]> {
    const path = `/webhooks/${webhook.id}/deliveries${query}`;
    return (await app.request<{ deliveries: Delivery[] }>('GET', path)).body.deliveries;
  }
  async function register(): Promise<string> {
    const id = `agent-${++agents}`;
    expect((await app.request('POST', '/agents/register', registration({ id }))).status).toBe(201);
    return id;
  }
  async function change(id: string): Promise<void> {
    const answer = await app.request('PATCH', `/agents/${id}`, { version: String(++agents) });
    expect(answer.status).toBe(200);
  }
  /** The ids of an agent's events, in the order of its changes. */
  async function eventsOf(id: string): Promise<string[]> {
    const rows = await app.database.query<{ revision: string }>(
      'SELECT revision::text FROM agent_events WHERE agent_id = $1 ORDER BY agent_events.revision',
      [id],
    );
    return rows.map(({ revision }) => revision);
  }
  const arrived = (count: number): Promise<void> =>
    until(`${count} requests have arrived`, 150, () => sink.received.length >= count);

  it('is a signed CloudEvent with the agent as it is, which the receiver of the standard takes', async () => {
    const id = await register();
    await arrived(1);
    const [received] = sink.received;
    const [revision] = await eventsOf(id);
    expect(isSigned(received!, webhook.secret)).toBe(true);
    expect(isSigned(received!, `whsec_${randomBytes(32).toString('base64')}`)).toBe(false);
    expect(received!.headers).toMatchObject({
      'content-type': 'application/cloudevents+json; charset=utf-8',
      'webhook-id': revision,
    });
    expect(received!.event).toMatchObject({
      specversion: '1.0',
      id: revision,
      source: '/agent-registry',
      type: 'ai.noaark.agent.registered.v1',
      subject: id,
      datacontenttype: 'application/json',
      data: {
        agent_id: id,
        revision: Number(revision),
        type: 'registered',
        cause: 'registration',
        agent: { id, status: 'active' },
      },
    });
    await until('the delivery is acknowledged', 150, async () => (await deliveries()).length === 1);
    expect(await deliveries()).toMatchObject([
      { id: revision, state: 'delivered', attempts: 1, status: 204, error: null },
    ]);
    expect(await read()).toMatchObject({ status: 'active', waiting: 0, last_status: 204, failing_since: null });
  });

  it('is { type, timestamp, data } in the format of the standard, with the headers that were asked for', async () => {
    const headers = { Authorization: 'Bearer hunter2', 'X-Team': 'core' };
    await app.request('PATCH', `/webhooks/${webhook.id}`, { format: 'standard', headers });
    const id = await register();
    await arrived(1);
    const [received] = sink.received;
    expect(received!.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      authorization: 'Bearer hunter2',
      'x-team': 'core',
    });
    expect(Object.keys(received!.event).sort()).toEqual(['data', 'timestamp', 'type']);
    expect(received!.event).toMatchObject({ type: 'ai.noaark.agent.registered.v1', data: { agent_id: id } });
    expect(isSigned(received!, webhook.secret)).toBe(true);
    const { body } = await app.request('GET', `/webhooks/${webhook.id}`);
    expect(body).toMatchObject({ header_names: ['authorization', 'x-team'] });
    expect(JSON.stringify(body)).not.toMatch(/hunter2|whsec/);
    const [row] = await app.database.query('SELECT * FROM webhooks WHERE id = $1', [webhook.id]);
    expect(JSON.stringify(row)).not.toMatch(/hunter2|whsec|Bearer/);
  });

  it('sends only what types and filter let through', async () => {
    const filter = 'event.data.changed.exists(c, c == "version") && agent.type == "worker"';
    await app.request('PATCH', `/webhooks/${webhook.id}`, { types: ['updated'], filter });
    const id = await register();
    await app.request('PATCH', `/agents/${id}`, { category: 'other' });
    await change(id);
    await arrived(1);
    await change(id);
    await arrived(2);
    expect(sink.received.map(({ event }) => event.data.data)).toMatchObject([
      { changed: ['version'] },
      { changed: ['version'] },
    ]);
  });

  it('leaves the record out of the event of an agent that is gone', async () => {
    await app.request('PATCH', `/webhooks/${webhook.id}`, { types: ['deregistered'] });
    const id = await register();
    await app.request('DELETE', `/agents/${id}`);
    await arrived(1);
    expect(sink.received[0]!.event.data).toMatchObject({ agent_id: id, type: 'deregistered', to: 'deregistered' });
    expect(sink.received[0]!.event.data).not.toHaveProperty('agent');
  });

  it('holds up later events of the same agent behind one that fails, and those of no other', async () => {
    const [first, second] = [await register(), await register()];
    await arrived(2);
    sink.answer = ({ event }) => (event.data.agent_id === first ? 500 : 204);
    await change(first);
    await arrived(3);
    await change(first);
    await change(first);
    await change(second);
    await until('the other agent’s event is there', 150, () => sink.firstIdsOf(second).length === 2);
    await until('the events of the first one wait', 150, async () => (await read()).waiting === 3);
    expect(await deliveries('?state=waiting')).toMatchObject([
      { attempts: 0, next_attempt_at: null },
      { attempts: 0, next_attempt_at: null },
      { attempts: 1, status: 500, next_attempt_at: expect.any(String) as string },
    ]);
    expect(await read()).toMatchObject({ status: 'active' });
    sink.answer = () => 204;
    await makeOlder(app, 6);
    await until('all are there', 150, () => sink.firstIdsOf(first).length === 4);
    expect(sink.firstIdsOf(first)).toEqual(await eventsOf(first));
    await until('nothing waits', 150, async () => (await read()).waiting === 0);
  });

  it('gives a sink that was down for ten hours everything, in order for each agent', async () => {
    const ids = [await register(), await register(), await register()];
    await arrived(3);
    await sink.close();
    for (const id of ids) for (let n = 0; n < 5; n++) await change(id);
    await until('it is failing', 150, async () => (await read()).status === 'failing');
    for (let hour = 0; hour < 10; hour++) {
      await makeOlder(app, 3600);
      await change(ids[hour % 3]!);
    }
    expect(await read()).toMatchObject({ enabled: true, last_status: null, last_error: 'connection_failed' });
    await sink.open();
    await makeOlder(app, 7 * 3600);
    await until('everything has arrived', 150, async () => {
      const counts = await Promise.all(
        ids.map(async (id) => sink.firstIdsOf(id).length === (await eventsOf(id)).length),
      );
      return counts.every(Boolean);
    });
    for (const id of ids) expect(sink.firstIdsOf(id)).toEqual(await eventsOf(id));
    await until('it is well', 150, async () => (await read()).status === 'active' && (await read()).waiting === 0);
  });

  it('leaves what a dead sink is to get in the log, and asks it by one new event a minute', async () => {
    sink.answer = () => 500;
    const ids: string[] = [];
    for (let n = 0; n < 30; n++) ids.push(await register());
    await until('it counts as down', 150, async () => (await read()).waiting >= 5);
    const known = await read();
    const asked = sink.received.length;
    await elapse(app, 61);
    await until('it is asked again', 150, () => sink.received.length > asked);
    expect(known.waiting).toBeLessThan(30);
    sink.answer = () => 204;
    await elapse(app, 61);
    await until('everything has arrived', 150, () => ids.every((id) => sink.firstIdsOf(id).length === 1));
  });

  it('is not delayed by a sink beside it that never answers', async () => {
    const dead = await Sink.start();
    dead.answer = () => 'silence';
    const other = await make({ url: dead.url });
    const ids: string[] = [];
    for (let n = 0; n < 20; n++) ids.push(await register());
    await until('the sink has everything', 150, () => ids.every((id) => sink.firstIdsOf(id).length === 1));
    await until('the dead one was asked', 150, () => dead.received.length > 0);
    expect(dead.taken).toEqual([]);
    await app.request('DELETE', `/webhooks/${other.id}`);
    await dead.close();
  });

  it('counts an answer that does not come as timeout, and a redirect as a failure', async () => {
    sink.answer = () => 'silence';
    const id = await register();
    await arrived(1);
    await elapse(app, 121);
    await until('it has failed', 150, async () => (await deliveries())[0]?.error === 'timeout');
    sink.answer = () => ({ status: 307, headers: { location: 'http://localhost:1/' } });
    await makeOlder(app, 6);
    await until('it has failed again', 150, async () => (await deliveries())[0]?.status === 307);
    sink.answer = () => 200;
    await makeOlder(app, 400);
    await until('it is delivered', 150, () => sink.firstIdsOf(id).length === 1);
    expect(new Set(sink.received.map((received) => received.id)).size).toBe(1);
    expect(sink.received.every((received) => isSigned(received, webhook.secret))).toBe(true);
  });

  it('waits as long as Retry-After says', async () => {
    sink.answer = () => ({ status: 503, headers: { 'retry-after': '3000' } });
    await register();
    await until('it waits', 150, async () => (await deliveries())[0]?.state === 'waiting');
    const { rows } = {
      rows: await app.database.query<{ pause: number }>(
        `SELECT extract(epoch FROM next_attempt_at - last_attempt_at)::float8 AS pause FROM webhook_deliveries WHERE webhook_id = $1`,
        [webhook.id],
      ),
    };
    expect(rows).toEqual([{ pause: 3000 }]);
    sink.answer = () => 204;
    await makeOlder(app, 3001);
    await until('it is delivered', 150, () => sink.taken.length === 1);
  });

  it('fails after the last attempt, lets the next event go on, and can be had again', async () => {
    sink.answer = () => 500;
    const id = await register();
    await change(id);
    for (const [index, pause] of [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400].entries()) {
      await until(
        `attempt ${index + 1} has failed`,
        150,
        async () => (await deliveries()).at(-1)?.attempts === index + 1,
      );
      await makeOlder(app, pause * 1.1 + 1);
    }
    await until('it has failed', 150, async () => (await deliveries('?state=failed')).length === 1);
    const [first] = await eventsOf(id);
    const [failed] = await deliveries('?state=failed');
    expect(failed).toMatchObject({ id: first, attempts: 10, next_attempt_at: null });
    sink.answer = () => 204;
    await makeOlder(app, 6);
    await until('the next one is delivered', 150, () => sink.firstIdsOf(id).length === 1);
    const again = await app.request<Delivery>('POST', `/webhooks/${webhook.id}/deliveries/${first}/retry`);
    expect(again).toMatchObject({ status: 200, body: { id: first, state: 'waiting', attempts: 0 } });
    await until('the first one is delivered', 150, () => sink.firstIdsOf(id).includes(first!));
  });

  it('is disabled by 410, and goes on where it stopped when it is enabled again', async () => {
    sink.answer = () => 410;
    const id = await register();
    await until('it is disabled', 150, async () => !(await read()).enabled);
    expect(await read()).toMatchObject({ status: 'disabled', disabled_reason: 'gone', last_status: 410 });
    await change(id);
    sink.answer = () => 204;
    await app.request('PATCH', `/webhooks/${webhook.id}`, { enabled: true });
    await until('the next event is there', 150, () => sink.taken.length === 1);
    expect(sink.firstIdsOf(id)).toEqual((await eventsOf(id)).slice(1));
    expect(await read()).toMatchObject({ enabled: true, disabled_reason: null });
  });

  it('is disabled after five days of nothing but failures', async () => {
    sink.answer = () => 500;
    await register();
    await until('it is failing', 150, async () => (await read()).status === 'failing');
    await makeOlder(app, 5 * 86_400 - 7200);
    await until('it has failed again', 150, async () => (await deliveries())[0]?.attempts === 2);
    await makeOlder(app, 3600);
    await until('it is still tried', 150, async () => (await deliveries())[0]?.attempts === 3);
    expect(await read()).toMatchObject({ enabled: true });
    await makeOlder(app, 7200);
    await until('it is disabled', 150, async () => !(await read()).enabled);
    expect(await read()).toMatchObject({ status: 'disabled', disabled_reason: 'failing' });
    const metrics = await (await fetch(`${app.url}/metrics`)).text();
    expect(metrics).toMatch(/webhooks_disabled_total\{reason="failing"\} [1-9]/);
  });

  it('is signed with both secrets while they overlap, and then with the new one alone', async () => {
    const { body } = await app.request<Webhook>('POST', `/webhooks/${webhook.id}/rotate-secret`, {
      overlap_seconds: 600,
    });
    expect(body.secret).toMatch(/^whsec_/);
    await register();
    await arrived(1);
    const [both] = sink.received;
    expect([isSigned(both!, webhook.secret), isSigned(both!, body.secret)]).toEqual([true, true]);
    await makeOlder(app, 601);
    await until('the old one has ended', 150, async () => {
      await register();
      return !isSigned(sink.received.at(-1)!, webhook.secret);
    });
    expect(isSigned(sink.received.at(-1)!, body.secret)).toBe(true);
  });

  it('sends everything after a place again, with the same ids', async () => {
    const id = await register();
    await arrived(1);
    await until('it is passed', 150, async () => (await read()).cursor !== webhook.cursor);
    const { cursor } = await read();
    await change(id);
    await change(id);
    await until('all are acknowledged', 150, async () => (await deliveries('?state=delivered')).length === 3);
    sink.received.length = 0;
    expect((await app.request('POST', `/webhooks/${webhook.id}/replay`, { after: cursor })).status).toBe(200);
    await arrived(2);
    expect(sink.firstIdsOf(id)).toEqual((await eventsOf(id)).slice(1));
  });

  it('is made again of an event that a fail-over has lost meanwhile: its revision is that of another one now', async () => {
    sink.answer = () => 'silence';
    const id = await register();
    await arrived(1);
    await app.database.query(
      `INSERT INTO event_log_epochs (number, epoch, timeline, server, began_after)
       SELECT number + 1, gen_random_uuid(), timeline, 'a standby', $1::bigint - 1 FROM event_log_epochs ORDER BY number DESC LIMIT 1`,
      [sink.received[0]!.id],
    );
    sink.answer = () => 204;
    sink.release(204);
    await arrived(2);
    await until('it is acknowledged', 150, async () => (await deliveries('?state=delivered')).length === 1);
    expect(sink.received.map(({ event }) => event.data.agent_id)).toEqual([id, id]);
  });

  it('begins where it is told', async () => {
    const id = await register();
    const late = await Sink.start();
    const other = await make({ url: late.url, start: 'oldest', filter: `agent.id == "${id}"` });
    await until('the event from before is there', 150, () => late.firstIdsOf(id).length === 1);
    await app.request('DELETE', `/webhooks/${other.id}`);
    await late.close();
  });

  it('sends a test event at once, also when it is disabled, and keeps nothing of it', async () => {
    await app.request('PATCH', `/webhooks/${webhook.id}`, { enabled: false });
    sink.answer = () => ({ status: 200, body: 'thank you' });
    const { body } = await app.request('POST', `/webhooks/${webhook.id}/test`);
    expect(body).toMatchObject({ delivered: true, status: 200, error: null, response_bytes: 9 });
    expect(sink.received[0]!.event.type).toBe('ai.noaark.webhook.test.v1');
    expect(isSigned(sink.received[0]!, webhook.secret)).toBe(true);
    await sink.close();
    const failed = await app.request('POST', `/webhooks/${webhook.id}/test`);
    expect(failed.body).toMatchObject({ delivered: false, status: null, error: 'connection_failed' });
    expect(await deliveries()).toEqual([]);
    await sink.open();
  });
});
