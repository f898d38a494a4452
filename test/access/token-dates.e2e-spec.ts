import { bearer, sha256 } from '../support/access';
import { registration } from '../support/builders';
import { parseMetrics } from '../support/metrics-text';
import { createPatientApp } from '../support/patient-app';
import type { TestApp } from '../support/test-app';

const START = new Date('2027-01-01T00:00:00Z');
const HOUR = 3_600;
const [FIRST, SECOND, ADMIN] = ['the-first-token', 'the-second-token', 'the-token-of-ops'];

/** The first token ends at 02:00, the second is valid from 01:00 to 03:00. */
const LIST = [
  {
    name: 'fleet',
    sha256: [
      { sha256: sha256(FIRST), expires_at: '2027-01-01T02:00:00Z' },
      { sha256: sha256(SECOND), not_before: '2027-01-01T02:00:00+01:00' },
    ],
    scopes: ['agent', 'read'],
    expires_at: '2027-01-01T03:00:00Z',
  },
  { name: 'ops', sha256: sha256(ADMIN), scopes: ['admin'] },
];

describe('Tokens with dates', () => {
  let app: TestApp;
  beforeEach(async () => {
    app = await createPatientApp({ AUTH_MODE: 'token', AUTH_TOKENS: JSON.stringify(LIST) });
    app.clock.standStill();
    app.clock.stopAt(START);
  });
  afterEach(() => app.close());

  const answerTo = (token: string) => app.request('GET', '/agents', undefined, bearer(token));
  const statuses = async (): Promise<number[]> => [(await answerTo(FIRST)).status, (await answerTo(SECOND)).status];

  it('are accepted from not_before on until expires_at, several of one client at once', async () => {
    const seen = [await statuses()];
    for (let hour = 0; hour < 3; hour++) {
      await app.clock.holdUp(HOUR - 1);
      seen.push(await statuses());
      await app.clock.holdUp(1);
      seen.push(await statuses());
    }
    const [first, both, second, none] = [
      [200, 401],
      [200, 200],
      [401, 200],
      [401, 401],
    ];
    expect(seen).toEqual([first, first, both, both, second, second, none]);
  });

  it('are refused with a reason, which another token does not get', async () => {
    const detailOf = async (token: string): Promise<unknown> => {
      const { status, body, headers } = await answerTo(token);
      expect([status, body.code]).toEqual([401, 'unauthorized']);
      expect(headers.get('www-authenticate')).toContain('error="invalid_token"');
      return body.detail;
    };
    expect(await detailOf(SECOND)).toBe('The bearer token is not valid: it is valid from 2027-01-01T01:00:00.000Z on');
    await app.clock.holdUp(3 * HOUR);
    expect(await detailOf(FIRST)).toBe('The bearer token is not valid: it expired at 2027-01-01T02:00:00.000Z');
    for (const wrong of [FIRST.slice(1), `${FIRST}x`, 'fleet', sha256(FIRST)])
      expect(await detailOf(wrong)).toBe('The bearer token is not valid');
  });

  it('say in a metric when the last of a client ends', async () => {
    const answer = await fetch(`${app.url}/metrics`, { headers: bearer(ADMIN) });
    const series = parseMetrics(await answer.text());
    const found = [...series].filter(([name]) => name.startsWith('access_token_expires_timestamp_seconds'));
    const end = Date.UTC(2027, 0, 1, 3) / 1000;
    expect(found).toEqual([['access_token_expires_timestamp_seconds{name="fleet"}', end]]);
  });

  it('end the tokens of the agents that their client owns when the last one has expired', async () => {
    const { body } = await app.request<{ token: string }>(
      'POST',
      '/agents/register',
      registration({ id: 'dated' }),
      bearer(FIRST),
    );
    const beat = async (): Promise<number> =>
      (await app.request('POST', '/agents/dated/heartbeat', undefined, bearer(body.token))).status;
    await app.clock.holdUp(2.5 * HOUR);
    expect([await beat(), await statuses()]).toEqual([200, [401, 200]]);
    await app.clock.holdUp(0.5 * HOUR);
    expect([await beat(), (await answerTo(ADMIN)).status]).toEqual([401, 200]);
  });
});
