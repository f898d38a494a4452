import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bearer, sha256 } from '../support/access';
import { registration } from '../support/builders';
import { readStream, type ReadStream } from '../support/event-stream';
import { createTestApp, type TestApp } from '../support/test-app';
import { until } from '../support/until';

interface Listed {
  name: string;
  scopes: string[];
  where?: string;
}

const OWNER: Listed = { name: 'owner', scopes: ['agent', 'read'] };
const OTHER: Listed = { name: 'other', scopes: ['agent', 'read'] };
const OPS: Listed = { name: 'ops', scopes: ['admin'] };
const DATA: Listed = { name: 'data', scopes: ['read'], where: 'agent.metadata.team == "data"' };
const ALL = [OWNER, OTHER, OPS, DATA];

describe('Who sees what of the feed', () => {
  const directory = mkdtempSync(join(tmpdir(), 'feed-access-'));
  const file = join(directory, 'tokens.json');
  let app: TestApp;
  const streams: ReadStream[] = [];
  const list = (tokens: Listed[]): void =>
    writeFileSync(
      file,
      JSON.stringify(tokens.map((token) => ({ ...token, sha256: sha256(`token-of-${token.name}`) }))),
    );
  beforeAll(async () => {
    list(ALL);
    app = await createTestApp({ AUTH_MODE: 'token', AUTH_TOKENS_FILE: file, HEARTBEAT_TIMEOUT_SECONDS: 86_400 });
  });
  afterEach(async () => {
    await Promise.all(streams.splice(0).map((stream) => stream.close()));
    list(ALL);
  });
  afterAll(async () => {
    await app.close();
    rmSync(directory, { recursive: true });
  });

  const as = ({ name }: Listed): Record<string, string> => bearer(`token-of-${name}`);
  const register = async (id: string, metadata: Record<string, string>): Promise<string> => {
    const { status, body } = await app.request('POST', '/agents/register', registration({ id, metadata }), as(OWNER));
    expect([200, 201]).toContain(status);
    return String(body.token);
  };
  const now = async (): Promise<string> =>
    String((await app.request('GET', '/events?after=now', undefined, as(OPS))).body.next_cursor);
  const open = async (who: Record<string, string>, after: string): Promise<ReadStream> => {
    const stream = await readStream(`${app.url}/events/stream?after=${after}`, who);
    streams.push(stream);
    return stream;
  };
  const idsFor = async (who: Listed, after: string): Promise<string[]> => {
    const { body } = await app.request<{ events: { agent_id: string }[] }>(
      'GET',
      `/events?after=${after}`,
      undefined,
      as(who),
    );
    return body.events.map(({ agent_id: id }) => id);
  };

  it('lets those follow who may read', async () => {
    const agentToken = await register('itself', {});
    for (const path of ['/events', '/events/stream']) {
      expect((await app.request('GET', path)).status).toBe(401);
      expect((await app.request('GET', path, undefined, bearer(agentToken))).status).toBe(403);
    }
  });

  it('shows a narrowed token an event only where both the record and what the event carries are inside', async () => {
    const after = await now();
    await register('stays', { team: 'data' });
    await register('outside', { team: 'model' });
    await register('leaves', { team: 'data' });
    await register('leaves', { team: 'model' });
    await register('enters', { team: 'model' });
    await register('enters', { team: 'data' });
    await register('dies', { team: 'data' });
    await app.request('DELETE', '/agents/dies', undefined, as(OPS));
    expect(await idsFor(OPS, after)).toHaveLength(8);
    expect(await idsFor(DATA, after)).toEqual(['stays', 'enters', 'dies', 'dies']);
    const stream = await open(as(DATA), after);
    expect((await stream.untilEvents(4)).map(({ data }) => data.subject)).toEqual(['stays', 'enters', 'dies', 'dies']);
  });

  it('writes secrets of the record for the owner and admin only', async () => {
    const after = await now();
    await register('secretive', { team: 'x', api_key: 'hunter2' });
    const read = async (who: Listed): Promise<string> => {
      const stream = await open(as(who), after);
      await stream.untilEvents(1);
      return stream.text;
    };
    expect(await read(OWNER)).toContain('hunter2');
    expect(await read(OPS)).toContain('hunter2');
    expect(await read(OTHER)).not.toContain('hunter2');
    const { body } = await app.request('GET', `/events?after=${after}`, undefined, as(OPS));
    expect(JSON.stringify(body)).not.toContain('hunter2'); // an event never has them
  });

  it('does not let a filter find out a secret', async () => {
    const after = await now();
    await register('guessed', { api_key: 'hunter2' });
    const found = async (who: Listed): Promise<number> => {
      const filter = encodeURIComponent('has(agent.metadata.api_key) && agent.metadata.api_key == "hunter2"');
      const { body } = await app.request<{ events: unknown[] }>(
        'GET',
        `/events?after=${after}&filter=${filter}`,
        undefined,
        as(who),
      );
      return body.events.length;
    };
    expect([await found(OWNER), await found(OTHER)]).toEqual([1, 0]);
  });

  it.each<[what: string, tokens: Listed[], code: string]>([
    ['is revoked', ALL.filter(({ name }) => name !== 'other'), 'unauthorized'],
    [
      'is narrowed',
      [...ALL.filter(({ name }) => name !== 'other'), { ...OTHER, where: DATA.where! }],
      'access_changed',
    ],
    [
      'may not read any more',
      [...ALL.filter(({ name }) => name !== 'other'), { ...OTHER, scopes: ['agent'] }],
      'unauthorized',
    ],
  ])('ends the streams of a token that %s, and no others', async (_, tokens, code) => {
    await until('the tokens of the last test are as they were', 150, async () => {
      const { status, body } = await app.request('GET', '/whoami', undefined, as(OTHER));
      return status === 200 && (body.where ?? null) === null && JSON.stringify(body).includes('read');
    });
    const [revoked, kept] = [await open(as(OTHER), 'now'), await open(as(OWNER), 'now')];
    await Promise.all([revoked.untilMessage('bookmark'), kept.untilMessage('bookmark')]);
    list(tokens);
    await until('its stream has ended', 150, () => revoked.isEnded);
    expect(await revoked.untilMessage('end')).toMatchObject({ data: { code } });
    expect(kept.isEnded).toBe(false);
  });
});
