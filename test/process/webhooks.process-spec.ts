import { randomBytes } from 'node:crypto';
import { registration } from '../support/builders';
import { ServiceProcess } from '../support/service-process';
import { isSigned, Sink } from '../support/sink';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { until } from '../support/until';

const AGENTS = 6;
const ROUNDS = 3;

describe('Webhooks of several processes', () => {
  let database: TestDatabase;
  let sink: Sink;
  let secret: string;

  beforeEach(async () => {
    [database, sink] = await Promise.all([createTestDatabase(), Sink.start()]);
  });
  afterEach(async () => {
    await ServiceProcess.killAll();
    await sink.close();
    await database.drop();
  });

  const SECRETS_KEY = randomBytes(32).toString('base64');
  const start = (): Promise<ServiceProcess> =>
    ServiceProcess.start({
      env: {
        DATABASE_URL: database.url,
        SECRETS_KEY,
        OUTBOUND_ALLOW_HOSTS: 'localhost',
        HEARTBEAT_TIMEOUT_SECONDS: '86400',
      },
    });
  async function send(service: ServiceProcess, method: string, path: string, body: object): Promise<unknown> {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(service.url + path, { method, headers, body: JSON.stringify(body) });
    expect(answer.ok).toBe(true);
    return answer.json();
  }
  async function eventsOf(id: string): Promise<string[]> {
    const rows = await database.query<{ revision: string }>(
      'SELECT revision::text FROM agent_events WHERE agent_id = $1 ORDER BY agent_events.revision',
      [id],
    );
    return rows.map(({ revision }) => revision);
  }
  const ids = Array.from({ length: AGENTS }, (_, n) => `agent-${n}`);
  const change = async (service: ServiceProcess, round: number): Promise<void> => {
    for (const id of ids) await send(service, 'PATCH', `/agents/${id}`, { version: `${round}` });
  };
  const hasAll = async (): Promise<boolean> => {
    for (const id of ids) if (sink.firstIdsOf(id).length < (await eventsOf(id)).length) return false;
    return true;
  };

  it('nothing is lost or out of order for an agent when the process that delivers is killed, again and again', async () => {
    let delivering = await start();
    ({ secret } = (await send(delivering, 'POST', '/webhooks', { url: sink.url })) as { secret: string });
    for (const id of ids) await send(delivering, 'POST', '/agents/register', registration({ id }));
    await until('the first events are there', 150, hasAll);
    for (let round = 1; round <= ROUNDS; round++) {
      const other = await start();
      // One half of what it sends is not answered while it is killed.
      sink.answer = ({ id }) => (Number(id) % 2 === 0 ? 204 : 'silence');
      const before = sink.received.length;
      await change(other, 2 * round);
      await change(other, 2 * round + 1);
      await until('something is under way', 150, () =>
        sink.received.slice(before).some(({ status }) => status === undefined),
      );
      await delivering.stop('SIGKILL');
      sink.answer = () => 204;
      await until('another process has delivered the rest', 150, hasAll);
      delivering = other;
    }
    for (const id of ids) expect(sink.firstIdsOf(id)).toEqual(await eventsOf(id));
    expect(sink.received.every((received) => isSigned(received, secret))).toBe(true);
  }, 600_000);

  it('a stop lets what is under way end, and leaves the rest to others: nothing arrives twice', async () => {
    const first = await start();
    await send(first, 'POST', '/webhooks', { url: sink.url });
    for (const id of ids) await send(first, 'POST', '/agents/register', registration({ id }));
    await until('the first events are there', 150, hasAll);
    const second = await start();
    await change(second, 1);
    expect(await first.stop('SIGTERM')).toMatchObject({ code: 0 });
    await until('the second has delivered the rest', 150, hasAll);
    for (const id of ids) expect(sink.firstIdsOf(id)).toEqual(await eventsOf(id));
    const counts = new Map<string, number>();
    for (const { id } of sink.taken) counts.set(id, (counts.get(id) ?? 0) + 1);
    expect([...counts.values()].every((count) => count === 1)).toBe(true);
  }, 600_000);
});
