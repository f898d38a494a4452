import { BeatFlusher } from '../../src/heartbeat/beat-flusher';
import { registration } from '../support/builders';
import { createPatientApp } from '../support/patient-app';
import type { TestApp } from '../support/test-app';

describe('Analytics', () => {
  let app: TestApp;
  beforeAll(async () => (app = await createPatientApp()));
  afterAll(() => app.close());

  const get = async (path: string): Promise<Record<string, unknown>> => {
    await app.clock.advance(2.1); // for so long an answer is kept
    return (await app.request('GET', `/analytics/${path}`)).body;
  };

  it('of no agents at all are in good health', async () => {
    expect(await get('overview')).toEqual({
      total_agents: 0,
      active_agents: 0,
      healthy_agents: 0,
      by_status: {},
      agent_types: {},
      categories: {},
    });
    expect(await get('health')).toEqual({
      overall_health: 1,
      unhealthy_agents: [],
      unhealthy_total: 0,
      missed_heartbeats: {},
    });
  });

  it('count what there is', async () => {
    const agents: [string, string, string | undefined, object | undefined][] = [
      ['well-1', 'worker', 'a', { cpu_percent: 1 }],
      ['well-2', 'worker', 'b', { status: 'healthy' }],
      ['unwell', 'planner', 'a', { cpu_percent: 99 }],
      ['mute', '__proto__', undefined, undefined],
      ['silent', 'worker', 'a', { cpu_percent: 1 }],
      ['gone', 'worker', 'a', { cpu_percent: 1 }],
    ];
    for (const [id, type, category, report] of agents) {
      await app.request(
        'POST',
        '/agents/register',
        registration({ id, type, category, heartbeat: { interval_seconds: 1000 } }),
      );
      if (report) await app.request('POST', `/agents/${id}/heartbeat`, report);
    }
    await app.request('POST', '/agents/import', { agents: [{ id: 'definition', name: 'n', type: 'Agent' }] });
    await app.request('DELETE', '/agents/gone');
    await app.app.get(BeatFlusher).flush();
    await app.database.query(`
      UPDATE agents SET status = 'unhealthy', last_seen = now() - interval '4500 seconds',
             health = health || jsonb_build_object('last_check', '2020-01-01T00:00:00.000Z') WHERE id = 'silent'`);

    expect(await get('overview')).toEqual({
      total_agents: 6,
      active_agents: 4,
      healthy_agents: 2,
      by_status: { active: 4, unhealthy: 1, inactive: 1 },
      agent_types: Object.fromEntries([
        ['worker', 3],
        ['planner', 1],
        ['__proto__', 1],
        ['Agent', 1],
      ]),
      categories: { a: 3, b: 1 },
    });
    expect(await get('health')).toEqual({
      overall_health: 0.4,
      unhealthy_total: 2,
      unhealthy_agents: [
        {
          id: 'silent',
          name: expect.any(String),
          status: 'unhealthy',
          health_status: 'stale',
          last_seen: expect.any(String),
        },
        {
          id: 'unwell',
          name: expect.any(String),
          status: 'active',
          health_status: 'unhealthy',
          last_seen: expect.any(String),
        },
      ],
      missed_heartbeats: { silent: 4 },
    });
  });

  it('list the first hundred and tell how many there are', async () => {
    await app.database.query(`
      INSERT INTO agents (id, name, type, status, last_seen, heartbeat)
      SELECT 'crowd-' || lpad(n::text, 3, '0'), 'n', 't', 'unhealthy', now() - (n + 0.5) * interval '1000 seconds', '{"enabled": true, "interval_seconds": 1000}'
        FROM generate_series(1, 150) AS n`);
    const body = await get('health');
    expect(body.unhealthy_total).toBe(152);
    expect(body.unhealthy_agents).toHaveLength(100);
    const missed = body.missed_heartbeats as Record<string, number>;
    expect(Object.keys(missed)).toHaveLength(100);
    expect(Object.keys(missed)[0]).toBe('crowd-150');
    expect(missed['crowd-150']).toBe(150);
  });
});
