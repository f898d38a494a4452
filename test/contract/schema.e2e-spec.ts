import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { migrate } from '../../src/database/data-source';
import { createTestApp, type TestApp } from '../support/test-app';
import { emptyDatabase, type TestDatabase } from '../support/test-database';

/** The `CREATE TABLE` and `CREATE INDEX` that the original's README tells its users to run, with its rows. */
const ORIGINAL_SQL = readFileSync(join(__dirname, '../support/original-schema.sql'), 'utf8');

describe('A database of the original', () => {
  let database: TestDatabase;
  let app: TestApp;
  beforeAll(async () => {
    database = await emptyDatabase();
    await database.query(ORIGINAL_SQL);
    app = await createTestApp({}, database);
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  it('is adopted with its rows', async () => {
    const { body } = await app.request<{ agents: { id: string }[]; total: number }>('GET', '/agents');
    expect(body.agents.map(({ id }) => id)).toEqual(['agent-full', 'agent-null', 'agent-odd']);
    expect(body.total).toBe(3);
  });

  it('keeps all that fits', async () => {
    const { body } = await app.request('GET', '/agents/agent-full');
    expect(body).toMatchObject({
      name: 'DataProcessor',
      capabilities: ['data-transform', 'validation'],
      endpoints: { api: 'http://localhost:5000' },
      metadata: { team: 'data-team' },
      status: 'unhealthy',
      registered_at: '2025-10-08T15:30:00.000Z',
      last_seen: '2025-10-08T15:32:00.000Z',
      health: { status: 'stale', cpu_percent: 15.5, last_check: '2025-10-08T15:32:00.000Z' },
      heartbeat: { interval_seconds: 20, enabled: false, timeout_seconds: 60 },
    });
  });

  it('gives what is missing its default', async () => {
    const { body } = await app.request('GET', '/agents/agent-null');
    expect(body).toMatchObject({
      category: null,
      capabilities: [],
      endpoints: {},
      metadata: {},
      status: 'active',
      health: { status: 'unknown' },
      heartbeat: { interval_seconds: 10, enabled: true },
    });
  });

  it('makes the best of what does not fit', async () => {
    const { body } = await app.request('GET', '/agents/agent-odd');
    expect(body).toMatchObject({
      capabilities: ['b', 'a'],
      endpoints: {},
      metadata: { original: ['not', 'an object'] },
      status: 'inactive',
      health: { status: 'unknown', last_check: null },
      heartbeat: { interval_seconds: 10, enabled: true },
    });
  });

  it('keeps a deregistered row as a tombstone', async () => {
    expect((await app.request('GET', '/agents/agent-gone')).body).toMatchObject({ code: 'agent_deregistered' });
  });

  it('gives every agent its first event', async () => {
    const { body } = await app.request<{ events: object[] }>('GET', '/agents/agent-full/events');
    expect(body.events).toEqual([expect.objectContaining({ type: 'registered', to: 'unhealthy', reason: 'adopted' })]);
  });

  it('serves the adopted agents like any other', async () => {
    expect((await app.request('PATCH', '/agents/agent-null', { version: '2' })).status).toBe(200);
    expect((await app.request('POST', '/agents/register', { id: 'agent-odd', name: 'n', type: 't' })).status).toBe(200);
  });
});

describe('Migrations', () => {
  it('run once when replicas start together on an empty database', async () => {
    const database = await emptyDatabase();
    const ran = await Promise.all(Array.from({ length: 4 }, () => migrate(database.url)));
    expect(ran.flat()).toEqual([...new Set(ran.flat())]);
    expect(ran.flat()).toContain('InitialSchema1763800000000');
    await database.drop();
  });
});
