import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RulesDecisionPoint, rulesOf } from '../../examples/rules.decision-point';
import { GovernancePolicy, PolicyDecisionPoint } from '../../src/governance/policy-decision-point';
import { HeartbeatReplies } from '../../src/heartbeat/heartbeat-replies';
import type { QueryRunner } from 'typeorm';
import { AgentNotes1900000000000 } from '../../examples/notes/1900000000000-agent-notes';
import { NotesModule } from '../../examples/notes/notes.module';
import { bearer, withTokens, type TestToken } from '../support/access';
import { parseMetrics } from '../support/metrics-text';
import { createTestDatabase } from '../support/test-database';
import { registration } from '../support/builders';
import { createTestApp, type Answer, type TestApp } from '../support/test-app';

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

describe('A module of its own (examples/notes)', () => {
  const OWNER: TestToken = { name: 'owner', token: 'token-of-owner', scopes: ['agent'] };
  const READER: TestToken = { name: 'reader', token: 'token-of-reader', scopes: ['read'] };
  const OPERATOR: TestToken = { name: 'operator', token: 'token-of-operator', scopes: ['operate'] };
  const ADMIN: TestToken = { name: 'admin', token: 'token-of-admin', scopes: ['admin'] };
  const where = 'agent.metadata.team == "data"';
  const NARROWED: TestToken = { name: 'data', token: 'token-of-data', scopes: ['operate'], where };
  let app: TestApp;
  let agentToken: string;
  beforeAll(async () => {
    const database = await createTestDatabase();
    await new AgentNotes1900000000000().up({ query: (sql: string) => database.query(sql) } as unknown as QueryRunner);
    app = await createTestApp(withTokens(OWNER, READER, OPERATOR, ADMIN, NARROWED), database, undefined, [NotesModule]);
    const { body } = await as(OWNER.token, 'POST', '/agents/register', registration({ id: 'noted' }));
    agentToken = body.token as string;
  });
  afterAll(async () => {
    await app.close();
    await app.database.drop();
  });

  const as = (token: string, method: string, path: string, body?: unknown): Promise<Answer> =>
    app.request(method, path, body, bearer(token));

  it('has routes with the rights, the checks and the errors of all others', async () => {
    const written = await as(OWNER.token, 'POST', '/agents/noted/notes', { text: 'Restarts every night' });
    expect([written.status, written.body]).toMatchObject([201, { text: 'Restarts every night', author: 'owner' }]);
    expect((await as(READER.token, 'POST', '/agents/noted/notes', { text: 'x' })).status).toBe(403);
    const wrong = await as(OWNER.token, 'POST', '/agents/noted/notes', { text: '', colour: 'red' });
    expect([wrong.status, wrong.body.errors]).toMatchObject([400, [{ field: 'colour' }, { field: 'text' }]]);
    expect((await as(READER.token, 'GET', '/agents/noted/notes?limit=0')).body.code).toBe('validation_failed');
    expect((await as(READER.token, 'GET', '/agents/nobody/notes')).body.code).toBe('agent_not_found');
    const { body } = await as(READER.token, 'GET', '/agents/noted/notes');
    expect(body.notes).toEqual([written.body]);
  });

  it('answers with heartbeats, is in /metrics, /health and the OpenAPI document', async () => {
    await as(OWNER.token, 'POST', '/agents/noted/notes', { text: 'another' });
    const beat = async (): Promise<unknown> =>
      (await as(agentToken, 'POST', '/agents/noted/heartbeat')).body.unread_notes;
    expect(await beat()).toBeGreaterThanOrEqual(1);
    const health = await app.request<{ details: object }>('GET', '/health');
    expect(health.body.details).toMatchObject({ notes: { status: 'up', agents_with_unread_notes: 1 } });
    await as(agentToken, 'GET', '/agents/noted/notes');
    expect(await beat()).toBeUndefined();
    const metrics = await (await fetch(`${app.url}/metrics`, { headers: bearer(READER.token) })).text();
    expect(parseMetrics(metrics).get('agent_notes_total')).toBeGreaterThanOrEqual(1);
    const document = await app.request<{ paths: object }>('GET', '/openapi.json');
    expect(document.body.paths).toHaveProperty('/agents/{id}/notes.post.operationId', 'writeNote');
  });

  describe('that means agents by a selector', () => {
    afterAll(async () => {
      const ids = ['ocr-1', 'ocr-2', 'ocr-3', 'web-1'];
      for (const id of ids) await as(OWNER.token, 'DELETE', `/agents/${id}`);
      await app.database.query('DELETE FROM agents WHERE id = ANY ($1)', [ids]);
    });

    const announce = (token: string, to: unknown): Promise<Answer> =>
      as(token, 'POST', '/notes', { to, text: 'All hands' });
    const nearMisses = async (token: string, to: unknown): Promise<unknown> => {
      const { status, body } = await announce(token, to);
      expect([status, body.agents]).toEqual([200, []]);
      return body.near_misses;
    };
    beforeAll(async () => {
      for (const [id, version, capabilities, team] of [
        ['ocr-1', '1.0.0', ['ocr'], 'data'],
        ['ocr-2', '2.0.0', ['ocr', 'nlp/ner'], 'data'],
        ['ocr-3', '3.0.0', ['ocr'], 'media'],
        ['web-1', '1.0.0', ['web'], 'media'],
      ] as const) {
        const body = registration({ id, version, capabilities: [...capabilities], metadata: { team, api_key: 'k-1' } });
        await as(OWNER.token, 'POST', '/agents/register', body);
      }
    });

    it('does it for all that match, and for no others', async () => {
      const { status, body } = await announce(OPERATOR.token, { capability: 'ocr', version: '>=2' });
      expect([status, body]).toEqual([200, { agents: ['ocr-2', 'ocr-3'], near_misses: [] }]);
      for (const [id, count] of Object.entries({ 'ocr-1': 0, 'ocr-2': 1 })) {
        expect((await as(READER.token, 'GET', `/agents/${id}/notes`)).body.notes).toHaveLength(count);
      }
    });

    it('says who nearly matches and why not, those first that fail least', async () => {
      const filter = 'agent.metadata.team == "media" && agent.type == "worker"';
      const version = { requirement: 'version', text: '^9' };
      const team = { requirement: 'filter', text: 'agent.metadata.team == "media"', line: 1, column: 1 };
      const skill = { requirement: 'skill', text: 'ocr' };
      expect(await nearMisses(OPERATOR.token, { skill: 'ocr', version: '^9', filter })).toEqual(
        [
          { id: 'ocr-3', failed: [version] },
          { id: 'ocr-1', failed: [version, team] },
          { id: 'ocr-2', failed: [version, team] },
          { id: 'web-1', failed: [skill, version] },
          { id: 'noted', failed: [skill, version, team] },
        ].sort((a, b) => a.failed.length - b.failed.length || (a.id < b.id ? -1 : 1)),
      );
    });

    it('names an agent, and says of that one alone why it does not match', async () => {
      expect(await nearMisses(OPERATOR.token, { agent: 'web-1', capability: 'ocr' })).toEqual([
        { id: 'web-1', failed: [{ requirement: 'capability', text: 'ocr' }] },
      ]);
      expect(await nearMisses(OPERATOR.token, { agent: 'nobody', capability: 'ocr' })).toEqual([]);
    });

    it('is the same to a narrowed token as if no agents but its own were there', async () => {
      const { body } = await announce(NARROWED.token, { capability: 'ocr' });
      expect(body.agents).toEqual(['ocr-1', 'ocr-2']);
      const version = { requirement: 'version', text: '^3' };
      expect(await nearMisses(NARROWED.token, { capability: 'ocr', version: '^3' })).toEqual([
        { id: 'ocr-1', failed: [version] },
        { id: 'ocr-2', failed: [version] },
      ]);
      expect(await nearMisses(NARROWED.token, { agent: 'ocr-3', version: '^2' })).toEqual([]);
    });

    it('does not tell what a record holds that its reader must not see', async () => {
      const filter = 'agent.metadata.team == "data" && agent.metadata.api_key == "k-1"';
      const failed = [{ requirement: 'filter', text: 'agent.metadata.api_key == "k-1"', line: 1, column: 34 }];
      expect(await nearMisses(OPERATOR.token, { filter })).toEqual(
        expect.arrayContaining([
          { id: 'ocr-1', failed },
          { id: 'ocr-2', failed },
        ]),
      );
      expect((await announce(ADMIN.token, { filter })).body.agents).toEqual(['ocr-1', 'ocr-2']);
    });

    it.each([
      [{ version: 'x y z' }, 'validation_failed', { field: 'to.version' }],
      [{ agent: '', colour: 'red' }, 'validation_failed', { field: 'to.colour' }],
      [{ filter: 'true &&\n agent.stauts == "a"' }, 'invalid_filter', { field: 'to.filter', line: 2, column: 7 }],
      [{ filter: 7 }, 'validation_failed', { field: 'to.filter' }],
      [{}, 'validation_failed', { field: 'to' }],
      ['everything', 'validation_failed', { field: 'to' }],
    ])('refuses %j', async (to, code, error) => {
      const { status, body } = await announce(OPERATOR.token, to);
      expect([status, body.code, (body.errors as object[])[0]]).toMatchObject([400, code, error]);
    });
  });

  it('forgets with the agent', async () => {
    await as(OWNER.token, 'POST', '/agents/noted/notes', { text: 'the last one' });
    await as(OWNER.token, 'DELETE', '/agents/noted');
    const { body } = await app.request<{ details: object }>('GET', '/health');
    expect(body.details).toMatchObject({ notes: { agents_with_unread_notes: 0 } });
    expect((await as(READER.token, 'GET', '/agents/noted/notes')).body.code).toBe('agent_deregistered');
    await app.database.query(`DELETE FROM agents WHERE id = 'noted'`);
    expect(await app.database.query('SELECT id FROM agent_notes')).toEqual([]);
  });

  it('touches its own folder, one line of the application, one row of the import rules, and a migration', () => {
    const files = readdirSync(join(__dirname, '../../examples/notes')).sort();
    expect(files).toEqual([
      '1900000000000-agent-notes.ts',
      'note.entity.ts',
      'notes.controller.ts',
      'notes.dto.ts',
      'notes.indicator.ts',
      'notes.metrics.ts',
      'notes.module.ts',
      'notes.repository.ts',
      'notes.service.ts',
    ]);
  });
});
