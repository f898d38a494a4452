import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RulesDecisionPoint, rulesOf } from '../../examples/rules.decision-point';
import { GovernancePolicy, PolicyDecisionPoint } from '../../src/governance/policy-decision-point';
import { HeartbeatReplies } from '../../src/heartbeat/heartbeat-replies';
import { registration } from '../support/builders';
import { createTestApp, type TestApp } from '../support/test-app';

describe('Another policy (examples/rules.decision-point.ts)', () => {
  const directory = mkdtempSync(join(tmpdir(), 'agent-registry-rules-'));
  const file = join(directory, 'rules.json');
  let app: TestApp;
  beforeAll(async () => {
    writeFileSync(file, JSON.stringify([{ capability: 'self-replicate', reason: 'One of each is enough' }]));
    app = await createTestApp({}, undefined, (builder) =>
      builder
        .overrideProvider(GovernancePolicy)
        .useValue(rulesOf(file))
        .overrideProvider(PolicyDecisionPoint)
        .useValue(new RulesDecisionPoint(file)),
    );
  });
  afterAll(async () => {
    await app.close();
    rmSync(directory, { recursive: true });
  });

  it('judges in place of the court, and is audited like it', async () => {
    const denied = await app.request(
      'POST',
      '/agents/register',
      registration({ id: 'twin', capabilities: ['self-replicate'] }),
    );
    expect([denied.status, denied.body.code, denied.body.detail]).toEqual([
      403,
      'governance_denied',
      'One of each is enough',
    ]);
    expect((await app.request('GET', '/agents/twin')).status).toBe(404);
    expect((await app.request('POST', '/agents/register', registration({ id: 'single' }))).status).toBe(201);
    expect((await app.request('PATCH', '/agents/single', { capabilities: ['self-replicate'] })).status).toBe(403);
    const { body } = await app.request<{ decisions: object[] }>('GET', '/governance/decisions');
    expect(body.decisions).toMatchObject([
      { action: 'update_agent', agent_id: 'single', verdict: 'denied' },
      { action: 'register_agent', agent_id: 'single', verdict: 'allowed' },
      { action: 'register_agent', agent_id: 'twin', verdict: 'denied' },
    ]);
  });

  it('is in /health like it', async () => {
    const { body } = await app.request<{ details: object }>('GET', '/health');
    expect(body.details).toMatchObject({ rules: { status: 'up', rules: 1 } });
  });
});

describe('A module that answers with heartbeats', () => {
  const waiting = new Map([['waited-for', { pending_notes: 2 }]]);
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp();
    app.app.get(HeartbeatReplies).add({ contribute: (id) => waiting.get(id) });
    app.app.get(HeartbeatReplies).add({ contribute: (id) => (waiting.has(id) ? { more: true } : undefined) });
    for (const id of ['waited-for', 'other']) await app.request('POST', '/agents/register', registration({ id }));
  });
  afterAll(() => app.close());

  const expected = { pending_notes: 2, more: true };

  it('adds its fields to the answer, for the agents that something waits for', async () => {
    expect((await app.request('POST', '/agents/waited-for/heartbeat')).body).toMatchObject(expected);
    const { body } = await app.request('POST', '/agents/other/heartbeat');
    expect(Object.keys(body)).not.toContain('pending_notes');
  });

  it('adds them to the answer to a batch, by agent', async () => {
    const beats = [{ id: 'other' }, { id: 'waited-for' }, { id: 'unknown' }];
    const { body } = await app.request<{ replies: unknown }>('POST', '/agents/heartbeats', { beats });
    expect(body.replies).toEqual([{ id: 'waited-for', ...expected }]);
  });
});
