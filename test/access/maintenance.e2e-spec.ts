import { BeatFlusher } from '../../src/heartbeat/beat-flusher';
import { bearer, withTokens, type TestToken } from '../support/access';
import { registration } from '../support/builders';
import { createPatientApp } from '../support/patient-app';
import type { Answer, TestApp } from '../support/test-app';

const OWNER: TestToken = { name: 'owner', token: 'token-of-owner', scopes: ['agent'] };
const OPS: TestToken = { name: 'ops', token: 'token-of-ops', scopes: ['admin'] };

describe('A maintenance', () => {
  let app: TestApp;
  beforeAll(async () => (app = await createPatientApp(withTokens(OWNER, OPS))));
  afterAll(() => app.close());

  type Body = { status?: string; code?: string; token?: string; generation?: number };
  const register = async (id: string): Promise<Body> =>
    (await app.request<Body>('POST', '/agents/register', registration({ id }), bearer(OWNER.token))).body;
  const set = async (id: string, status: string, token: string): Promise<unknown[]> => {
    const answer: Answer<Body> = await app.request('PUT', `/agents/${id}/status`, { status }, bearer(token));
    return [answer.status, answer.body.code ?? answer.body.status];
  };
  const statusOf = async (id: string): Promise<string | undefined> =>
    (await app.request<Body>('GET', `/agents/${id}`, undefined, bearer(OPS.token))).body.status;

  it('of an operator outlasts registrations, heartbeats, imports and updates, until an operator ends it', async () => {
    await register('kept');
    expect(await set('kept', 'maintenance', OPS.token)).toEqual([200, 'maintenance']);
    const { status, token } = await register('kept');
    expect(status).toBe('maintenance');
    await app.request('POST', '/agents/kept/heartbeat', undefined, bearer(token!));
    await app.app.get(BeatFlusher).flush();
    await app.request('PATCH', '/agents/kept', { version: 'v2' }, bearer(token!));
    const agents = [{ id: 'kept', name: 'imported', type: 'worker' }];
    await app.request('POST', '/agents/import', { agents }, bearer(OPS.token));
    expect(await set('kept', 'active', token!)).toEqual([403, 'insufficient_scope']);
    expect((await register('kept')).status).toBe('maintenance');
    expect(await statusOf('kept')).toBe('maintenance');
    expect(await set('kept', 'active', OPS.token)).toEqual([200, 'active']);
    expect((await register('kept')).status).toBe('active');
  });

  it('of the agent itself is ended by it, by an operator, and by its next registration', async () => {
    let { token } = await register('drained');
    const drain = async (): Promise<void> =>
      expect(await set('drained', 'maintenance', token!)).toEqual([200, 'maintenance']);
    await drain();
    await app.request('PATCH', '/agents/drained', { version: 'v2' }, bearer(token!));
    expect(await set('drained', 'active', token!)).toEqual([200, 'active']);
    await drain();
    expect(await set('drained', 'active', OPS.token)).toEqual([200, 'active']);
    await drain();
    ({ token } = await register('drained'));
    expect(await statusOf('drained')).toBe('active');
    // The next one is not taken for its own because the last one was.
    expect(await set('drained', 'maintenance', OPS.token)).toEqual([200, 'maintenance']);
    expect((await register('drained')).status).toBe('maintenance');
  });

  it('that the release before has set, without saying who, is an operator’s', async () => {
    await register('old');
    await app.database.query(`UPDATE agents SET status = 'maintenance', generation = generation + 1 WHERE id = 'old'`);
    const { status, token } = await register('old');
    expect(status).toBe('maintenance');
    expect(await set('old', 'active', token!)).toEqual([403, 'insufficient_scope']);
  });

  it('is neither its owner’s to set nor to end', async () => {
    await register('owned');
    expect(await set('owned', 'maintenance', OWNER.token)).toEqual([403, 'insufficient_scope']);
    await set('owned', 'maintenance', OPS.token);
    expect(await set('owned', 'active', OWNER.token)).toEqual([403, 'insufficient_scope']);
  });
});
