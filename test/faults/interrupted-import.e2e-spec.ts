import { stopSweeps } from '../support/moved-fleet';
import { TcpRelay } from '../support/tcp-relay';
import { createTestApp, type TestApp } from '../support/test-app';
import { createTestDatabase, type TestDatabase } from '../support/test-database';

const KNOWN = { id: 'known', name: 'before', type: 'worker' };

describe('An import of a batch', () => {
  let database: TestDatabase;
  let relay: TcpRelay;
  let app: TestApp;

  beforeEach(async () => {
    database = await createTestDatabase();
    relay = await TcpRelay.to(database.url);
    await relay.open();
    app = await createTestApp({ DATABASE_URL: relay.url, HEARTBEAT_SWEEP_INTERVAL_SECONDS: 3600 }, database);
    await stopSweeps(app);
    await app.request('POST', '/agents/register', KNOWN);
  });
  afterEach(async () => {
    await app.close();
    await relay.close();
    await database.drop();
  });

  /** Of every agent, and of every event, as they are stored. */
  const stored = (): Promise<unknown[]> =>
    database.query(
      `SELECT 'agent' AS kind, id, name AS what FROM agents
        UNION ALL SELECT 'event', agent_id, type FROM agent_events ORDER BY kind, id`,
    );
  const BEFORE = [
    { kind: 'agent', id: 'known', what: 'before' },
    { kind: 'event', id: 'known', what: 'registered' },
  ];
  const importing = (agents: object[]) => app.request('POST', '/agents/import', { agents });
  const made = (id: string) => ({ id, name: 'after', type: 'worker' });
  const outcomes = (...all: string[]) => ({ results: all.map((outcome) => expect.objectContaining({ outcome })) });

  it.each([
    ['new agents', [made('a'), made('b')], ['created', 'created']],
    ['a known and a new agent', [made('known'), made('new')], ['updated', 'created']],
  ])('whose connection is cut before the commit leaves nothing, and can be repeated: %s', async (_, agents, done) => {
    relay.cutBefore('COMMIT');
    expect(await importing(agents)).toMatchObject({ status: 503, body: { code: 'store_unavailable' } });
    expect(await stored()).toEqual(BEFORE);
    relay.cutBefore(undefined);
    expect(await importing(agents)).toMatchObject({ status: 200, body: outcomes(...done) });
  });

  it('that fails in its midst leaves nothing, and can be repeated', async () => {
    await database.query(
      `CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         IF NEW.agent_id = 'b' THEN RAISE EXCEPTION 'No space left on device' USING ERRCODE = '53100'; END IF;
         RETURN NEW;
       END $$`,
    );
    await database.query(
      'CREATE TRIGGER no_room BEFORE INSERT ON agent_events FOR EACH ROW EXECUTE FUNCTION no_room()',
    );
    const agents = [made('a'), made('b'), made('c'), made('known')];
    expect(await importing(agents)).toMatchObject({ status: 503, body: { code: 'store_full' } });
    expect(await stored()).toEqual(BEFORE);
    await database.query('DROP TRIGGER no_room ON agent_events');
    const done = outcomes('created', 'created', 'created', 'updated');
    expect(await importing(agents)).toMatchObject({ status: 200, body: done });
  });
});
