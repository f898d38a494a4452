import { Client } from 'pg';
import { RegistrationWriter } from '../../src/registry/registration/registration.writer';
import { registration } from '../support/builders';
import { createTestApp, type Answer, type TestApp } from '../support/test-app';
import { until } from '../support/until';

/** The real writer, which counts the registrations that it has been given. */
class CountingWriter extends RegistrationWriter {
  given = 0;

  override write(...given: Parameters<RegistrationWriter['write']>): ReturnType<RegistrationWriter['write']> {
    this.given++;
    return super.write(...given);
  }
}

/**
 * Races that hardly ever happen, made to happen: somebody else's row is there but not committed while the service looks, and
 * committed while the service's own statement waits to write it.
 */
describe('Losing a race by a hair', () => {
  let app: TestApp;
  let other: Client;
  beforeAll(async () => {
    app = await createTestApp({}, undefined, (builder) =>
      builder.overrideProvider(RegistrationWriter).useClass(CountingWriter),
    );
    other = new Client({ connectionString: app.database.url });
    await other.connect();
  });
  afterAll(async () => {
    await other.end();
    await app.close();
  });

  /** The result of `work`, which finds that `statement` has been committed in the middle of it, after `meanwhile`. */
  const overtakenBy = async <T>(
    statement: string,
    work: () => Promise<T>,
    meanwhile?: () => Promise<void>,
  ): Promise<T> => {
    await other.query('BEGIN');
    await other.query(statement);
    const result = work();
    await serviceWaitsForLock();
    await meanwhile?.();
    await other.query('COMMIT');
    return result;
  };
  const serviceWaitsForLock = (): Promise<void> =>
    until('a statement of the service waits for the other transaction', 120, async () => {
      const [row] = await app.database.query<{ waiting: number }>(
        `SELECT count(*)::int AS waiting FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return row!.waiting > 0;
    });
  const insertion = (id: string): string =>
    `INSERT INTO agents (id, name, type, status) VALUES ('${id}', 'the other', 't', 'maintenance')`;

  it('a registration still tells in its event what the agent was before', async () => {
    const { status } = await overtakenBy(insertion('raced-1'), () =>
      app.request('POST', '/agents/register', registration({ id: 'raced-1' })),
    );
    expect(status).toBe(200);
    expect(
      await app.database.query(`SELECT from_status, to_status FROM agent_events WHERE agent_id = 'raced-1'`),
    ).toEqual([{ from_status: 'maintenance', to_status: 'maintenance' }]);
  });

  it('an import leaves the agent to its registration, and says so', async () => {
    const { body } = await overtakenBy(insertion('raced-2'), () =>
      app.request<{ results: object[] }>('POST', '/agents/import', {
        agents: [
          { id: 'raced-2', name: 'imported', type: 't' },
          { id: 'unraced', name: 'imported', type: 't' },
        ],
      }),
    );
    expect(body.results).toMatchObject([{ outcome: 'rejected', code: 'concurrent_update' }, { outcome: 'created' }]);
    expect((await app.request('GET', '/agents/raced-2')).body).toMatchObject({
      name: 'the other',
      status: 'maintenance',
    });
  });

  it('a request whose idempotency key was taken meanwhile gets the answer that the key has', async () => {
    const sent = registration({ id: 'raced-3' });
    const first = await app.request('POST', '/agents/register', sent, { 'idempotency-key': 'model' });
    expect(first.status).toBe(201);
    const answer = await overtakenBy(
      `INSERT INTO idempotency_keys SELECT 'raced', request_hash, answer FROM idempotency_keys WHERE key = 'model'`,
      () => app.request('POST', '/agents/register', sent, { 'idempotency-key': 'raced' }),
    );
    expect([answer.status, answer.body]).toEqual([201, first.body]);
    expect(await app.database.query(`SELECT generation FROM agents WHERE id = 'raced-3'`)).toEqual([{ generation: 1 }]);
  });

  it('a registration waits for whoever holds its agent, and no other registration does', async () => {
    const register = (id: string): Promise<Answer> => app.request('POST', '/agents/register', registration({ id }));
    expect((await register('held')).status).toBe(201);
    await other.query('BEGIN');
    await other.query(`SELECT FROM agents WHERE id = 'held' FOR UPDATE`);
    let isAnswered = false;
    const held = register('held').finally(() => (isAnswered = true));
    await serviceWaitsForLock();
    const answers = await Promise.all(Array.from({ length: 40 }, (_, n) => register(`free-${n}`)));
    expect(answers.map(({ status }) => status)).toEqual(Array(40).fill(201));
    expect(isAnswered).toBe(false);
    await other.query('COMMIT');
    expect((await held).status).toBe(200);
    expect(await app.database.query(`SELECT generation FROM agents WHERE id = 'held'`)).toEqual([{ generation: 2 }]);
  });

  /** Registers all of them while an earlier registration is being written: so they are the next batch. */
  const registerTogether = async (raced: string, bodies: object[]): Promise<Answer[]> => {
    const writer = app.app.get<RegistrationWriter, CountingWriter>(RegistrationWriter);
    const register = (body: object): Promise<Answer> => app.request('POST', '/agents/register', body);
    let answers: Promise<Answer[]>;
    await overtakenBy(
      insertion(raced),
      () => register(registration({ id: raced })),
      async () => {
        const all = writer.given + bodies.length;
        answers = Promise.all(bodies.map(register));
        await until('all registrations have reached the writer', 120, () => writer.given >= all);
      },
    );
    return answers!;
  };

  it('a registration that cannot be written takes none of those with it that arrive at the same time', async () => {
    await app.database.query(`ALTER TABLE agents ADD CONSTRAINT broken CHECK (name <> 'broken') NOT VALID`);
    const names = Array.from({ length: 40 }, (_, n) => (n === 20 ? 'broken' : `whole-${n}`));
    const answers = await registerTogether(
      'raced-4',
      names.map((name) => registration({ id: `of-${name}`, name })),
    );
    expect(answers.map(({ status }) => status)).toEqual(names.map((name) => (name === 'broken' ? 500 : 201)));
    const written = await app.database.query<{ id: string; generation: number; events: number }>(
      `SELECT id, generation, (SELECT count(*)::int FROM agent_events WHERE agent_id = agents.id) AS events
         FROM agents WHERE name = ANY ($1)`,
      [names],
    );
    expect(written.length).toBe(39);
    for (const agent of written) expect(agent).toMatchObject({ generation: 1, events: 1 });
  });

  it('registrations that arrive while another one is written share one commit', async () => {
    const bodies = Array.from({ length: 100 }, (_, n) => registration({ id: `together-${n}` }));
    const answers = await registerTogether('raced-5', bodies);
    expect(answers.map(({ status }) => status)).toEqual(Array(100).fill(201));
    const [row] = await app.database.query<{ commits: number }>(
      `SELECT count(DISTINCT xmin::text)::int AS commits FROM agents WHERE id LIKE 'together-%'`,
    );
    expect(row!.commits).toBe(1);
  });
});
