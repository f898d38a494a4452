import { bearer, sha256 } from '../support/access';
import { registration } from '../support/builders';
import { readStream, type ReadStream } from '../support/event-stream';
import { createPatientApp } from '../support/patient-app';
import type { TestApp } from '../support/test-app';
import { until } from '../support/until';

const TOKENS = [
  { name: 'owner', scopes: ['agent', 'read'] },
  { name: 'other', scopes: ['agent', 'read'] },
  { name: 'ops', scopes: ['admin'] },
  { name: 'data', scopes: ['read'], where: 'agent.metadata.team == "data"' },
  { name: 'typed', scopes: ['read'], where: 'agent.type == "mine"' },
].map((token) => ({ ...token, sha256: sha256(`token-of-${token.name}`) }));
const as = (name: string): Record<string, string> => bearer(`token-of-${name}`);

describe('Who sees what of a watch', () => {
  let app: TestApp;
  const streams: ReadStream[] = [];

  beforeAll(async () => {
    app = await createPatientApp({ AUTH_MODE: 'token', AUTH_TOKENS: JSON.stringify(TOKENS) });
  });
  afterEach(() => Promise.all(streams.splice(0).map((stream) => stream.close())));
  afterAll(() => app.close());

  const register = async (id: string, fields: object): Promise<void> => {
    const { status } = await app.request('POST', '/agents/register', registration({ id, ...fields }), as('owner'));
    expect([200, 201]).toContain(status);
  };
  const patch = (id: string, fields: object): Promise<unknown> =>
    app.request('PATCH', `/agents/${id}`, fields, as('owner'));
  const watch = async (name: string, query = ''): Promise<ReadStream> => {
    const headers = { accept: 'text/event-stream', ...as(name) };
    const stream = await readStream(`${app.url}/agents/watch?${query}`, headers);
    streams.push(stream);
    return stream;
  };
  const now = async (name: string): Promise<string> =>
    String((await app.request('GET', '/agents/watch?after=now', undefined, as(name))).body.next_cursor);
  const whatOf = (stream: ReadStream): unknown[] =>
    stream.messages.filter(({ event }) => event !== 'synced').map(({ event, data }) => `${event} ${String(data.id)}`);
  const untilLast = (stream: ReadStream, what: string): Promise<void> =>
    until(`${what} comes`, 150, () => stream.isEnded || whatOf(stream).at(-1) === what);

  it('refuses those who may not read', async () => {
    expect((await app.request('GET', '/agents/watch?after=now')).status).toBe(401);
  });

  it('shows a narrowed token the agents that it is for, and takes away those that it is for no more', async () => {
    await register('a-in', { metadata: { team: 'data' } });
    await register('a-out', { metadata: { team: 'model' } });
    const stream = await watch('data');
    await stream.untilMessage('synced');
    await register('a-out-2', { metadata: { team: 'model' } });
    await patch('a-out', { version: '7' });
    await patch('a-in', { metadata: { team: 'model' } });
    await patch('a-out', { metadata: { team: 'data' } });
    await register('a-last', { metadata: { team: 'data' } });
    await untilLast(stream, 'upsert a-last');
    expect(whatOf(stream)).toEqual(['upsert a-in', 'remove a-in', 'upsert a-out', 'upsert a-last']);
  });

  it('tells a narrowed token that comes back of no agent that it was never for', async () => {
    await register('b-in', { type: 'mine' });
    await register('b-out', { type: 'foreign' });
    const after = await now('typed');
    await register('b-out-2', { type: 'foreign' });
    await app.request('DELETE', '/agents/b-out-2', undefined, as('ops'));
    await patch('b-out', { type: 'strange' });
    await app.request('DELETE', '/agents/b-out', undefined, as('ops'));
    await patch('b-in', { type: 'foreign' });
    await register('b-last', { type: 'mine' });
    const stream = await watch('typed', `after=${after}`);
    await untilLast(stream, 'upsert b-last');
    expect(whatOf(stream)).toEqual(['remove b-in', 'upsert b-last']);
  });

  it('has a narrowed token begin anew where nothing says any more whether it was for an agent', async () => {
    await register('c-moved', { type: 'foreign' });
    const after = await now('typed');
    await register('c-moved', { type: 'strange' }); // an event without the values before
    const stream = await watch('typed', `after=${after}`);
    await stream.untilMessage('gone');
    expect(whatOf(stream)).toEqual(['gone undefined']);
    expect(stream.text).not.toContain('c-moved');
    expect((await app.request('GET', `/agents/watch?after=${after}`, undefined, as('typed'))).status).toBe(410);
  });

  it('writes secrets of a record for its owner and admin only, in the first part and live', async () => {
    await register('s-1', { type: 'secretive', metadata: { api_key: 'hunter2' } });
    const read = async (name: string): Promise<ReadStream> => {
      const stream = await watch(name, 'type=secretive');
      await stream.untilMessage('synced');
      return stream;
    };
    const readers = await Promise.all(['owner', 'ops', 'other'].map(read));
    await register('s-2', { type: 'secretive', metadata: { api_key: 'swordfish' } });
    await Promise.all(readers.map((stream) => untilLast(stream, 'upsert s-2')));
    const seen = readers.map(({ text }) => ['hunter2', 'swordfish'].filter((secret) => text.includes(secret)));
    expect(seen).toEqual([['hunter2', 'swordfish'], ['hunter2', 'swordfish'], []]);
  });

  it('does not let a filter find out a secret', async () => {
    await register('g-1', { type: 'guessed', metadata: { api_key: 'hunter2' } });
    const filter = encodeURIComponent('agent.type == "guessed" && agent.metadata.api_key == "hunter2"');
    const found = async (name: string): Promise<number> => {
      const stream = await watch(name, `filter=${filter}`);
      await stream.untilMessage('synced');
      await register('g-2', { type: 'guessed', metadata: { api_key: 'hunter2' } });
      await app.request('DELETE', '/agents/g-2', undefined, as('ops'));
      const end = await watch('ops', 'type=guessed');
      await end.untilMessage('synced');
      return stream.messages.filter(({ event }) => event === 'upsert').length;
    };
    expect(await found('other')).toBe(0);
    expect(await found('owner')).toBeGreaterThan(0);
  });
});
