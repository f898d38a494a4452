import { BeatFlusher } from '../../src/heartbeat/beat-flusher';
import { BeatsRepository } from '../../src/heartbeat/beats.repository';
import { bearer, withTokens } from '../support/access';
import { registration } from '../support/builders';
import { createTestApp, type Answer, type TestApp } from '../support/test-app';
import { createTestDatabase, type TestDatabase } from '../support/test-database';

const QUIET = {
  HEARTBEAT_SWEEP_INTERVAL_SECONDS: 3600,
  HEARTBEAT_FLUSH_INTERVAL_MS: 3_600_000,
  HEARTBEAT_TIMEOUT_SECONDS: 86_400,
};

interface Events {
  events: { type: string; cause: string; data: Record<string, unknown> }[];
}

describe.each(['on', 'off'] as const)('Two processes under one id, with HOT_LANE=%s', (HOT_LANE) => {
  let database: TestDatabase;
  let one: TestApp;
  /** Another replica, which hears of nothing that the first one does but by its own questions. */
  let other: TestApp;
  beforeAll(async () => {
    database = await createTestDatabase();
    one = await createTestApp({ ...QUIET, HOT_LANE }, database);
    other = await createTestApp({ ...QUIET, HOT_LANE }, database);
  });
  afterAll(async () => {
    await one.close();
    await other.close();
    await database.drop();
  });

  const register = async (id: string, incarnation?: string, app = one): Promise<unknown> => {
    const { status, body } = await app.request('POST', '/agents/register', registration({ id, name: id, incarnation }));
    expect([200, 201]).toContain(status);
    return body.incarnation;
  };
  const beat = async (id: string, incarnation?: string, app = one): Promise<unknown> => {
    const { status, body } = await app.request('POST', `/agents/${id}/heartbeat`, { incarnation });
    return status === 200 ? 'accepted' : [status, body.code];
  };
  const eventsOf = async (id: string): Promise<Events['events']> =>
    (await one.request<Events>('GET', `/agents/${id}/events`)).body.events;
  const SUPERSEDED = [409, 'superseded'];

  it('are told apart: the one that registered last is the agent', async () => {
    expect(await register('told', 'a')).toBe('a');
    expect(await beat('told', 'a')).toBe('accepted');
    expect(await register('told', 'b')).toBe('b');
    expect(await beat('told', 'a')).toEqual(SUPERSEDED);
    expect(await beat('told', 'b')).toBe('accepted');
    expect((await one.request('GET', '/agents/told')).body.incarnation).toBe('b');
    const [event] = await eventsOf('told');
    expect(event).toMatchObject({ type: 'superseded', cause: 'heartbeat', data: { incarnation: 'a', current: 'b' } });
    const { body } = await one.request('POST', '/agents/told/heartbeat', { incarnation: 'a', health: {} });
    expect(body.detail).toContain('Another process has registered as agent told since');
  });

  it('have an event for each that was superseded, on all replicas together, and a new one after each registration', async () => {
    await register('noted', 'a');
    await register('noted', 'b');
    for (const app of [one, other, one]) expect(await beat('noted', 'a', app)).toEqual(SUPERSEDED);
    const tag = (await one.request('GET', '/agents/noted')).headers.get('etag');
    for (const app of [one, other]) expect(await beat('noted', 'z', app)).toEqual(SUPERSEDED);
    expect((await one.request('GET', '/agents/noted')).headers.get('etag')).toBe(tag);
    await register('noted', 'c');
    expect(await beat('noted', 'z', other)).toEqual(SUPERSEDED);
    const events = (await eventsOf('noted')).map(({ type, data }) => [type, data.incarnation]);
    expect(events).toEqual([
      ['superseded', 'z'],
      ['registered', 'c'],
      ['superseded', 'z'],
      ['superseded', 'a'],
      ['registered', 'b'],
      ['registered', 'a'],
    ]);
  });

  it('are refused by a replica that remembers the older one, and the newer one never is', async () => {
    await register('replicas', 'a');
    expect(await beat('replicas', 'a', other)).toBe('accepted'); // which it remembers from now on
    await register('replicas', 'b');
    expect(await beat('replicas', 'b', other)).toBe('accepted');
    expect(await beat('replicas', 'a', other)).toEqual(SUPERSEDED);
  });

  it('are told apart by what a flush has met', async () => {
    await register('flushed', 'a');
    expect(await beat('flushed', 'a', other)).toBe('accepted');
    await register('flushed', 'b');
    expect(await other.app.get(BeatFlusher).flush()).toBe(true);
    expect(await beat('flushed', 'a', other)).toEqual(SUPERSEDED);
  });

  it('are told apart in a batch', async () => {
    await register('batched', 'b');
    const { body } = await one.request('POST', '/agents/heartbeats', {
      beats: [
        { id: 'batched', incarnation: 'a' },
        { id: 'batched', incarnation: 'b' },
        { id: 'batched' },
        { id: 'batched', incarnation: '' },
      ],
    });
    expect(body).toMatchObject({
      accepted: 2,
      rejected: [
        { index: 0, id: 'batched', code: 'superseded' },
        { index: 3, id: 'batched', code: 'validation_failed' },
      ],
    });
  });

  it('are not told apart when one of them does not say which it is', async () => {
    await register('silent', 'a');
    expect(await beat('silent')).toBe('accepted');
    expect(await register('silent')).toBeNull();
    expect(await beat('silent', 'a')).toBe('accepted');
    await one.request('DELETE', '/agents/silent');
    await register('silent', 'b');
    await one.request('DELETE', '/agents/silent');
    expect(await beat('silent', 'a')).toEqual([404, 'agent_deregistered']);
  });

  it('cost no question to the database while the process is the agent, or does not say which it is', async () => {
    await register('cheap', 'a');
    await beat('cheap', 'a');
    const beats = one.app.get(BeatsRepository);
    const asked = [jest.spyOn(beats, 'find'), jest.spyOn(beats, 'noteSuperseded')];
    for (const incarnation of ['a', undefined, 'a']) expect(await beat('cheap', incarnation)).toBe('accepted');
    expect(asked.map(({ mock }) => mock.calls.length)).toEqual([0, 0]);
    expect(await beat('cheap', 'b')).toEqual(SUPERSEDED);
    expect(await beat('cheap', 'b')).toEqual(SUPERSEDED);
    // The event of the first refusal has made what was remembered be forgotten.
    expect(asked.map(({ mock }) => mock.calls.length)).toEqual([3, 1]);
    jest.restoreAllMocks();
  });

  it.each([['PATCH'], ['PUT']])('are not changed by %s', async (method) => {
    await register('kept', 'a');
    const body = { name: 'n', type: 't', incarnation: 'b' };
    const answer: Answer = await one.request(method, '/agents/kept', body);
    expect([answer.status, answer.body.errors]).toEqual([
      400,
      [{ field: 'incarnation', message: 'is not a known property' }],
    ]);
  });
});

describe('A repeated registration', () => {
  it('has the incarnation of the first answer', async () => {
    const owner = { name: 'owner', token: 'token-of-the-owner', scopes: ['agent' as const] };
    const app = await createTestApp({ ...QUIET, ...withTokens(owner) });
    const headers = { ...bearer(owner.token), 'idempotency-key': 'again' };
    const body = registration({ incarnation: 'a' });
    const answers = [await app.request('POST', '/agents/register', body, headers)];
    answers.push(await app.request('POST', '/agents/register', body, headers));
    expect(answers.map((answer) => answer.body.incarnation)).toEqual(['a', 'a']);
    await app.close();
  });
});
