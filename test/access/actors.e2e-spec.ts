import { BeatFlusher } from '../../src/heartbeat/beat-flusher';
import { bearer, withTokens, type TestToken } from '../support/access';
import { registration } from '../support/builders';
import { Court } from '../support/court';
import { createPatientApp, fallSilent } from '../support/patient-app';
import type { Answer, TestApp } from '../support/test-app';

const OWNER: TestToken = { name: 'owner', token: 'token-of-owner', scopes: ['agent', 'read'] };
const OPS: TestToken = { name: 'ops', token: 'token-of-ops', scopes: ['admin'] };

/** As `/agents/{id}/events` and `/governance/decisions` list them. */
type Entry = Record<string, unknown>;

describe('Who has changed an agent', () => {
  let court: Court;
  let app: TestApp;
  beforeAll(async () => {
    court = await Court.start();
    app = await createPatientApp({ ...withTokens(OWNER, OPS), TRIFECTA_COURT_URL: court.url });
  });
  afterAll(async () => {
    await app.close();
    await court.stop();
  });

  const as = (token: string, method: string, path: string, body?: unknown): Promise<Answer<Entry>> =>
    app.request(method, path, body, bearer(token));
  const register = async (id: string): Promise<string> =>
    (await as(OWNER.token, 'POST', '/agents/register', registration({ id }))).body.token as string;
  /** Oldest first. */
  const eventsOf = async (id: string): Promise<Entry[]> =>
    ((await as(OPS.token, 'GET', `/agents/${id}/events`)).body.events as Entry[]).reverse();
  const provenance = ({ type, cause, actor }: Entry): unknown[] => [type, cause, actor];

  it('is in its events, in the decisions about it, and known to the court', async () => {
    const token = await register('named');
    await as(token, 'PATCH', '/agents/named', { version: 'v2' });
    await as(OPS.token, 'PUT', '/agents/named/status', { status: 'maintenance', reason: 'silent' });
    await as(OPS.token, 'POST', '/agents/import', { agents: [{ id: 'named', name: 'imported', type: 'worker' }] });
    await as(OPS.token, 'DELETE', '/owners/owner/tokens');
    await as(OWNER.token, 'DELETE', '/agents/named');
    const owner = { kind: 'client', name: 'owner' };
    const ops = { kind: 'client', name: 'ops' };
    const itself = { kind: 'agent', name: 'named' };
    const events = await eventsOf('named');
    expect(events.map(provenance)).toEqual([
      ['registered', 'registration', owner],
      ['updated', 'agent', itself],
      ['status_changed', 'operator', ops],
      ['updated', 'import', ops],
      ['token_revoked', 'operator', ops],
      ['deregistered', 'operator', owner],
    ]);
    expect(events.flatMap(({ reason }) => reason ?? [])).toEqual(['silent']);
    const { body } = await as(OPS.token, 'GET', '/governance/decisions?agent_id=named');
    const decisions = (body.decisions as Entry[]).reverse();
    expect(decisions.map(({ action, cause, actor }) => [action, cause, actor])).toEqual([
      ['register_agent', 'registration', owner],
      ['update_agent', 'agent', itself],
      ['set_agent_status', 'operator', ops],
      ['update_agent', 'import', ops],
      ['deregister_agent', 'operator', owner],
    ]);
    // One request, one id: in the trail as in the log.
    const judged = events.filter(({ type }) => type !== 'token_revoked');
    expect(decisions.map(({ request_id }) => request_id)).toEqual(judged.map(({ request_id }) => request_id));
    expect(new Set(judged.map(({ request_id }) => request_id)).size).toBe(judged.length);
    const asked = await court.questions('named');
    expect(asked.map(({ context }) => context.principal)).toEqual([owner, itself, ops, ops, owner]);
  });

  it('is the registry itself for silence, and the agent for the heartbeat that ends it', async () => {
    await register('quiet');
    await fallSilent(app);
    await as(OWNER.token, 'POST', '/agents/quiet/heartbeat');
    await app.app.get(BeatFlusher).flush();
    const [, silenced, revived] = await eventsOf('quiet');
    expect(silenced).toMatchObject({ cause: 'silence', actor: { kind: 'system', name: 'sweep' }, to: 'unhealthy' });
    expect(revived).toMatchObject({ cause: 'heartbeat', actor: { kind: 'agent', name: 'quiet' }, to: 'active' });
    for (const event of [silenced, revived]) expect(event).not.toHaveProperty('reason');
  });
});
