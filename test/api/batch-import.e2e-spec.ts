import { registration } from '../support/builders';
import { createPatientApp } from '../support/patient-app';
import type { TestApp } from '../support/test-app';

interface Result {
  index: number;
  id: string;
  outcome: string;
  code?: string;
  errors?: { field: string }[];
}

describe('POST /agents/import', () => {
  let app: TestApp;
  beforeAll(async () => (app = await createPatientApp()));
  afterAll(() => app.close());

  const importing = async (agents: unknown[], query = ''): Promise<Result[]> => {
    const { status, body } = await app.request<{ results: Result[] }>('POST', `/agents/import${query}`, { agents });
    expect(status).toBe(200);
    return body.results;
  };

  it('makes inactive agents of new definitions, and changes nothing the second time', async () => {
    const definition = { id: 'def-1', name: 'Definition', type: 'Agent', capabilities: ['a'], metadata: { role: 'x' } };
    expect(await importing([definition])).toEqual([{ index: 0, id: 'def-1', outcome: 'created' }]);
    const { body } = await app.request('GET', '/agents/def-1');
    expect(body).toMatchObject({
      status: 'inactive',
      last_seen: null,
      heartbeat: { enabled: true, last_beat: null, missed_beats: 0 },
    });
    expect(await importing([definition])).toEqual([{ index: 0, id: 'def-1', outcome: 'unchanged' }]);
    const events = await app.request<{ events: object[] }>('GET', '/agents/def-1/events');
    expect(events.body.events).toEqual([expect.objectContaining({ type: 'imported', to: 'inactive' })]);
  });

  it('becomes active with its first registration', async () => {
    await importing([{ id: 'def-2', name: 'n', type: 't' }]);
    const { status, body } = await app.request('POST', '/agents/register', registration({ id: 'def-2' }));
    expect([status, body.status]).toEqual([200, 'active']);
  });

  it('sets what it says of a live agent, clears nothing and leaves its status alone', async () => {
    await app.request('POST', '/agents/register', registration({ id: 'live-1', metadata: { kept: 1 } }));
    await app.request('PUT', '/agents/live-1/status', { status: 'maintenance' });
    expect(await importing([{ id: 'live-1', name: 'Named', type: 'worker', metadata: { added: 2 } }])).toMatchObject([
      { outcome: 'updated' },
    ]);
    expect((await app.request('GET', '/agents/live-1')).body).toMatchObject({
      name: 'Named',
      status: 'maintenance',
      version: '1.0.0',
      metadata: { kept: 1, added: 2 },
    });
  });

  it('writes no agent over another one of the same id, in whatever file it comes', async () => {
    const made = (id: string, original: string | undefined, type: string) => ({
      id,
      name: original ?? id,
      type,
      ...(original !== undefined && { metadata: { original_id: original } }),
    });
    expect(await importing([made('team-a', 'team/a', 'first')])).toMatchObject([{ outcome: 'created' }]);
    expect(await importing([made('team-a', 'team a', 'second')])).toMatchObject([
      {
        outcome: 'rejected',
        code: 'id_collision',
        errors: [{ field: 'id', message: expect.stringContaining('"team/a"') }],
      },
    ]);
    expect(await importing([made('team-a', 'team/a', 'third')])).toMatchObject([{ outcome: 'updated' }]);
    expect((await app.request('GET', '/agents/team-a')).body).toMatchObject({ name: 'team/a', type: 'third' });

    // One that registered itself is known by its name; its registration has replaced the metadata.
    await app.request('POST', '/agents/register', registration({ id: 'team-b', name: 'team b', metadata: {} }));
    expect(await importing([made('team-b', 'team/b', 'second')])).toMatchObject([{ code: 'id_collision' }]);
    expect(await importing([made('team-b', 'team b', 'second')])).toMatchObject([{ outcome: 'updated' }]);
  });

  it('brings a deregistered id back as a definition', async () => {
    await app.request('POST', '/agents/register', registration({ id: 'old-1' }));
    await app.request('DELETE', '/agents/old-1');
    expect(await importing([{ id: 'old-1', name: 'n', type: 't' }])).toMatchObject([{ outcome: 'created' }]);
    expect((await app.request('GET', '/agents/old-1')).body).toMatchObject({ status: 'inactive', metadata: {} });
  });

  it('rejects a bad definition alone', async () => {
    const results = await importing([
      { id: 'good-1', name: 'n', type: 't' },
      { id: 'bad id', name: 'n', type: 't' },
      { id: 'bad-2', name: 'n\0', type: 't' },
      'not an object',
      { id: 'good-1', name: 'twice', type: 't' },
      { id: 'good-2', name: 'n', type: 't' },
    ]);
    expect(results.map(({ outcome, errors }) => [outcome, errors?.[0]?.field])).toEqual([
      ['created', undefined],
      ['rejected', 'id'],
      ['rejected', 'name'],
      ['rejected', 'body'],
      ['rejected', 'id'],
      ['created', undefined],
    ]);
  });

  it('writes nothing with dry_run', async () => {
    expect(await importing([{ id: 'dry-1', name: 'n', type: 't' }], '?dry_run=true')).toMatchObject([
      { outcome: 'created' },
    ]);
    expect((await app.request('GET', '/agents/dry-1')).status).toBe(404);
  });

  it('takes a body of megabytes', async () => {
    const large = Array.from({ length: 20 }, (_, index) => ({
      id: `large-${index}`,
      name: 'n',
      type: 't',
      metadata: { text: 'x'.repeat(60_000) },
    }));
    expect((await importing(large)).every(({ outcome }) => outcome === 'created')).toBe(true);
  });

  it('ends in one state when the same definitions and registrations race', async () => {
    const ids = Array.from({ length: 10 }, (_, index) => `race-${index}`);
    const work = ids.flatMap((id) => [
      () => importing(ids.map((each) => ({ id: each, name: 'n', type: 't' }))),
      () =>
        app
          .request('POST', '/agents/register', registration({ id }))
          .then(({ status }) => expect(status).toBeLessThan(300)),
    ]);
    await Promise.all(work.map((start) => start()));
    const rows = await app.database.query(`
      SELECT id, generation, status, (SELECT count(*)::int FROM agent_events WHERE agent_id = id) AS events
        FROM agents WHERE id LIKE 'race-%'`);
    expect(rows).toHaveLength(10);
    for (const { generation, status, events } of rows) expect([status, events]).toEqual(['active', generation]);
  });
});
