import type { TestingModuleBuilder } from '@nestjs/testing';
import {
  AgentCredentialsRepository,
  type AgentCredential,
} from '../../src/platform/access/agent-tokens/agent-credentials.repository';
import { Configuration } from '../../src/platform/config/configuration';
import { Database } from '../../src/platform/database/database';
import { bearer, withTokens, type TestToken } from '../support/access';
import { registration } from '../support/builders';
import { parseMetrics } from '../support/metrics-text';
import { createTestApp, type Answer, type TestApp } from '../support/test-app';

const CLIENT: TestToken = { name: 'fleet', token: 'token-of-the-fleet', scopes: ['agent', 'read'] };
/** Wrong tokens that an address may send in a window. */
const MOST = 10;
const SETTINGS = {
  ...withTokens(CLIENT),
  RATE_LIMIT_AUTH_FAILURES_PER_SECOND: MOST / 10,
  TRUST_PROXY_HOPS: 1,
};
const HERE = { 'x-forwarded-for': '10.0.0.1' };
const ELSEWHERE = { 'x-forwarded-for': '10.0.0.2' };

let lookups: string[][];

/** The real one, which tells what it is asked. */
class WatchedCredentials extends AgentCredentialsRepository {
  override ofTokens(digests: string[]): Promise<Map<string, AgentCredential>> {
    lookups.push(digests);
    return super.ofTokens(digests);
  }
}

function watched(builder: TestingModuleBuilder): TestingModuleBuilder {
  return builder.overrideProvider(AgentCredentialsRepository).useFactory({
    inject: [Database, Configuration],
    factory: (database: Database, configuration: Configuration) => new WatchedCredentials(database, configuration),
  });
}

describe.each(['on', 'off'] as const)('Wrong tokens, with the hot lane %s', (HOT_LANE) => {
  let app: TestApp;

  beforeEach(async () => {
    lookups = [];
    app = await createTestApp({ ...SETTINGS, HOT_LANE }, undefined, watched);
    app.clock.stopAt(new Date('2026-01-01T00:00:00Z')); // the begin of a window
  });
  afterEach(() => app.close());

  const get = (token: string, from = HERE): Promise<Answer> =>
    app.request('GET', '/agents/a', undefined, { ...bearer(token), ...from });
  const beat = (token: string, from = HERE): Promise<Answer> =>
    app.request('POST', '/agents/a/heartbeat', { cpu_percent: 1 }, { ...bearer(token), ...from });
  const agentToken = (n: number): string => `art_${String(n).padStart(43, 'x')}`;
  const registered = async (id: string): Promise<string> => {
    const headers = { ...bearer(CLIENT.token), ...ELSEWHERE };
    const { body } = await app.request('POST', '/agents/register', registration({ id }), headers);
    return body.token as string;
  };

  it.each<[string, (n: number) => string]>([
    ['the configuration', (n) => `wrong-${n}`],
    ['agents', agentToken],
  ])('like those of %s are too many beyond a number, by address', async (_, token) => {
    const statuses: number[] = [];
    for (let n = 0; n < MOST + 3; n++) statuses.push((await beat(token(n))).status);
    expect(statuses).toEqual([...Array<number>(MOST).fill(401), 429, 429, 429]);
    const { status, headers, body } = await get(token(0));
    expect([status, body.code, headers.get('retry-after')]).toEqual([429, 'rate_limited', '10']);
    expect((await get(token(0), ELSEWHERE)).status).toBe(401);
    await app.clock.advance(10);
    expect((await get(token(0))).status).toBe(401);
  });

  it('keep no good token, no probe and no request without a token from the same address', async () => {
    const own = await registered('a');
    for (let n = 0; n < MOST; n++) await get('wrong');
    expect((await get('wrong')).status).toBe(429);
    for (const token of [CLIENT.token, own]) {
      expect((await get(token)).status).toBe(200);
      expect((await beat(token)).status).toBe(200);
    }
    for (const path of ['/health/live', '/health/ready', '/health'])
      expect((await app.request('GET', path, undefined, { ...bearer('wrong'), ...HERE })).status).toBe(200);
    expect((await app.request('GET', '/agents', undefined, HERE)).status).toBe(401);
  });

  it('have the database asked at a low rate, and a token that this replica does not know is found all the same', async () => {
    for (let n = 0; n < MOST; n++) await get(agentToken(n));
    expect(lookups).toHaveLength(MOST);
    const another = await createTestApp({ ...SETTINGS, HOT_LANE }, app.database); // gives a token that this one never saw
    const { body } = await another.request('POST', '/agents/register', registration({ id: 'a' }), bearer(CLIENT.token));
    await another.close();
    const guesses = Array.from({ length: 50 }, (_, n) => get(agentToken(MOST + n)));
    const found = get(body.token as string);
    const answers = await app.clock.through(Promise.all([...guesses, found]));
    expect(answers.map(({ status }) => status)).toEqual([...Array<number>(50).fill(429), 200]);
    // Those that arrive while the first waits for its turn are asked about together.
    expect(lookups.slice(MOST).flat()).toHaveLength(51);
    expect(lookups.length).toBeLessThan(MOST + 51);
  });

  it('are counted by what was answered', async () => {
    for (let n = 0; n < MOST + 2; n++) await get('wrong');
    await get(agentToken(1), ELSEWHERE);
    await app.request('GET', '/agents', undefined, HERE); // without a token: no failure
    const text = await (await fetch(`${app.url}/metrics`, { headers: bearer(CLIENT.token) })).text();
    const series = parseMetrics(text);
    expect(series.get('authentication_failures_total{answer="unauthorized"}')).toBe(MOST + 1);
    expect(series.get('authentication_failures_total{answer="rate_limited"}')).toBe(2);
  });
});

it('Agents count under their owner', async () => {
  const app = await createTestApp({ ...withTokens(CLIENT), RATE_LIMIT_REQUESTS_PER_SECOND: 2 });
  app.clock.stopAt(new Date('2026-01-01T00:00:00Z'));
  const tokens: string[] = [];
  for (const id of ['a', 'b', 'c'])
    tokens.push(
      (await app.request('POST', '/agents/register', registration({ id }), bearer(CLIENT.token))).body.token as string,
    );
  const statuses: number[] = [];
  for (let n = 0; n < 21; n++)
    statuses.push((await app.request('GET', `/agents/${'abc'[n % 3]}`, undefined, bearer(tokens[n % 3]!))).status);
  expect(statuses).toEqual([...Array<number>(17).fill(200), 429, 429, 429, 429]);
  expect((await app.request('GET', '/agents', undefined, bearer(CLIENT.token))).status).toBe(429);
  for (const [n, id] of ['a', 'b', 'c'].entries())
    expect((await app.request('POST', `/agents/${id}/heartbeat`, {}, bearer(tokens[n]!))).status).toBe(200);
  await app.close();
});
