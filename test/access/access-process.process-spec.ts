import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bearer, listOf, sha256, type TestToken } from '../support/access';
import { registration } from '../support/builders';
import { Court } from '../support/court';
import { Issuer } from '../support/issuer';
import { ServiceProcess } from '../support/service-process';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { until } from '../support/until';

const admin: TestToken = { name: 'ops', token: 'good-token-of-ops-Zk3f', scopes: ['admin'] };
const client: TestToken = { name: 'fleet', token: 'good-token-of-fleet-Qw8x', scopes: ['agent'] };

interface Line {
  level: string;
  msg: string;
  problems?: string[];
  address?: string;
  failures?: number;
}

/** The log of a service that cannot start says why on standard error. */
async function refusalOf(env: Record<string, string>): Promise<string> {
  const service = ServiceProcess.spawn({ env });
  expect(await service.waitForExit()).toEqual({ code: 1, signal: null });
  expect(service.logs).toEqual([]); // nothing has been started that would have to be stopped
  return service.errors;
}

describe('A service that asks for tokens', () => {
  let database: TestDatabase;
  let folder: string;
  let file: string;
  beforeAll(async () => {
    database = await createTestDatabase();
    folder = mkdtempSync(join(tmpdir(), 'tokens-'));
    file = join(folder, 'tokens.json');
  });
  afterAll(async () => {
    await ServiceProcess.killAll();
    await database.drop();
    rmSync(folder, { recursive: true });
  });
  beforeEach(() => writeFileSync(file, listOf([admin, client])));

  const start = (env: Record<string, string>): Promise<ServiceProcess> =>
    ServiceProcess.start({ env: { DATABASE_URL: database.url, LOG_LEVEL: 'debug', ...env } });
  const linesOf = (service: ServiceProcess): Line[] =>
    service.logs.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Line);

  it('does not start without any, and says what it takes', async () => {
    expect(await refusalOf({ AUTH_MODE: 'token' })).toMatch(/AUTH_TOKENS_FILE must be set when AUTH_MODE=token/);
    const production = { NODE_ENV: 'production', DATABASE_URL: database.url, REDIS_URL: 'redis://localhost' };
    expect(await refusalOf(production)).toMatch(/AUTH_TOKENS_FILE must be set .*AUTH_MODE=none/);
    writeFileSync(file, JSON.stringify([{ name: 'ops', sha256: admin.token, scopes: ['all'] }]));
    const refusal = await refusalOf({ AUTH_MODE: 'token', AUTH_TOKENS_FILE: file, AUTH_TOKENS: 'x' });
    expect(refusal).toMatch(/AUTH_TOKENS_FILE\[0\]\.sha256[^]*AUTH_TOKENS_FILE\[0\]\.scopes[^]*AUTH_TOKENS must be/);
    expect(refusal).not.toContain(admin.token);
  });

  it('says in its log that it asks for none', async () => {
    const open = await start({});
    const warnings = linesOf(open).filter(({ level, msg }) => level === 'warn' && msg.includes('AUTH_MODE=none'));
    expect(warnings).toHaveLength(1);
    await open.stop();
    const closed = await start({ AUTH_MODE: 'token', AUTH_TOKENS_FILE: file });
    expect(linesOf(closed).filter(({ msg }) => msg.includes('AUTH_MODE'))).toEqual([]);
    await closed.stop();
  });

  it('keeps its tokens when the file becomes unusable, names the problem, and takes the file when it is put right', async () => {
    writeFileSync(file, listOf([client]));
    const running = await start({ AUTH_MODE: 'token', AUTH_TOKENS_FILE: file, AUTH_TOKENS: listOf([admin]) });
    const statusOf = async ({ token }: TestToken): Promise<number> => {
      const heartbeats = { method: 'POST', headers: { ...bearer(token), 'content-type': 'application/json' } };
      return (await fetch(`${running.url}/agents/heartbeats`, { ...heartbeats, body: '{}' })).status;
    };
    const known = 400; // past access control
    for (const [text, problem] of [
      ['[{"name": "third", "sha256', /^AUTH_TOKENS_FILE must be a JSON array/],
      ['', /^AUTH_TOKENS_FILE must be a JSON array/],
      [
        `[{"name": "third", "sha256": "${client.token}", "scopes": ["read"]}]`,
        /^AUTH_TOKENS_FILE\[0\]\.sha256 must be/,
      ],
      [listOf([{ ...client, name: 'ops' }]), /^AUTH_TOKENS\[0\]\.name is there twice/],
      [undefined, /^AUTH_TOKENS_FILE cannot be read: ENOENT/],
      ['a symlink to itself', /^AUTH_TOKENS_FILE cannot be read: ELOOP/],
    ] as const) {
      const before = linesOf(running).filter(({ level }) => level === 'error').length;
      if (text === undefined) rmSync(file);
      else if (text.startsWith('a symlink')) symlinkSync(file, file);
      else writeFileSync(file, text);
      await until('the problem is in the log', 10, () => {
        const errors = linesOf(running).filter(({ level }) => level === 'error');
        return errors.length > before && problem.test(errors.at(-1)!.problems![0]!);
      });
      expect([await statusOf(client), await statusOf(admin)]).toEqual([known, known]);
    }
    rmSync(file);
    const replaced = { ...client, token: 'good-token-of-fleet-2' };
    writeFileSync(file, listOf([replaced]));
    await until('the file is taken again', 10, async () => (await statusOf(replaced)) === known);
    expect([await statusOf(client), await statusOf(admin)]).toEqual([401, known]);
    await running.stop();
  });

  it('logs wrong tokens by the address that they came from, many of them in one line', async () => {
    const service = await start({ AUTH_MODE: 'token', AUTH_TOKENS_FILE: file, TRUST_PROXY_HOPS: '1' });
    const ask = (from: string, headers: Record<string, string>): Promise<Response> =>
      fetch(`${service.url}/agents`, { headers: { 'x-forwarded-for': from, ...headers } });
    for (let n = 0; n < 50; n++) await ask('192.0.2.1', bearer(`wrong-${n}`));
    await ask('192.0.2.2', bearer(`art_${'x'.repeat(43)}`));
    await ask('192.0.2.3', bearer(admin.token));
    await ask('192.0.2.3', {});
    await service.stop(); // writes what has not been logged yet
    const lines = linesOf(service).filter(({ msg }) => msg.startsWith('Authentication failed'));
    const sums = new Map<string, number>();
    for (const { address, failures } of lines) sums.set(address!, (sums.get(address!) ?? 0) + failures!);
    expect([...sums].sort()).toEqual([
      ['192.0.2.1', 50],
      ['192.0.2.2', 1],
    ]);
    expect(lines.length).toBeLessThan(51);
    expect(lines.map(({ level }) => level)).toEqual(lines.map(() => 'warn'));
  });

  it('tells nobody anything secret in its log', async () => {
    const court = await Court.start();
    const service = await start({
      AUTH_MODE: 'token',
      AUTH_TOKENS_FILE: file,
      TRIFECTA_COURT_URL: court.url,
    });
    const secrets = [admin.token, client.token];
    const wrong = ['wrong-token-Jh5d', `art_${'Wr0ng'.repeat(8)}xyz`, 'wrong=token'];
    const send = async (method: string, path: string, token: string, body?: unknown, more = {}): Promise<Response> =>
      fetch(service.url + path, {
        method,
        headers: { ...bearer(token), 'content-type': 'application/json', ...more },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    const walk = async (id: string, token: string): Promise<void> => {
      await send('POST', `/agents/${id}/heartbeat`, token);
      await send('PATCH', `/agents/${id}`, token, { version: String(Math.random()) });
      await send('GET', `/agents/${id}?access_token=${token}`, token);
      await send('GET', `/agents?access_token=${token}`, token);
      await send('POST', '/agents/heartbeats', token, { beats: [{ id }, { id: 'other' }] });
      await send('POST', '/agents/register', token, { colour: token });
      await send('PUT', `/agents/${id}/status`, token, { status: 'maintenance' });
      await send('GET', '/metrics', token);
    };
    const registered = await send('POST', '/agents/register', client.token, registration({ id: 'quiet' }));
    const { token: own } = (await registered.json()) as { token: string };
    for (const token of [...secrets, own, ...wrong]) await walk('quiet', token);
    const again = await send('POST', '/agents/register', own, registration({ id: 'quiet' }), {
      'idempotency-key': 'k',
    });
    const { token: rotated } = (await again.json()) as { token: string };
    await walk('quiet', own);
    await walk('quiet', rotated);

    // A statement that fails brings along what it would have written.
    await database.query(`ALTER TABLE agent_credentials ADD CONSTRAINT broken CHECK (owner = 'x') NOT VALID`);
    const failed = await send('POST', '/agents/register', client.token, registration({ id: 'failing' }));
    expect(failed.status).toBe(500);
    await database.query('ALTER TABLE agent_credentials DROP CONSTRAINT broken');
    await until('the failure is in the log', 10, () => service.logs.some((line) => line.includes('QueryFailedError')));
    await service.stop();

    const log = service.logs.join('\n') + service.errors;
    expect(service.logs.length).toBeGreaterThan(40);
    expect(log).not.toMatch(/[Bb]earer |authorization|Failing row|"Buffer"/); // the last two: of the failed statement
    const tokens = [...secrets, own, rotated, ...wrong];
    for (const token of tokens) for (const trace of tracesOf(token)) expect(log).not.toContain(trace);
    const asked = JSON.stringify(await court.questions());
    expect(asked).toContain('register_agent');
    for (const token of tokens) for (const trace of tracesOf(token)) expect(asked).not.toContain(trace);
    await court.stop();
  });

  it('tells nobody a JWT in its log either, whether it is good or not', async () => {
    const issuer = await Issuer.start();
    const service = await start({ AUTH_MODE: 'jwt', AUTH_JWT_ISSUER: issuer.url, AUTH_JWT_AUDIENCE: 'agent-registry' });
    const good = await issuer.token({ scope: 'read' });
    const tokens = [good, `${good.slice(0, -3)}abc`, await issuer.token({ exp: 1 }), await issuer.token({ aud: 'x' })];
    const statuses = [];
    for (const token of tokens)
      statuses.push((await fetch(`${service.url}/agents`, { headers: bearer(token) })).status);
    expect(statuses).toEqual([200, 401, 401, 401]);
    await issuer.down();
    await service.stop();
    const log = service.logs.join('\n') + service.errors;
    const parts = tokens.flatMap((token) => token.split('.').slice(1)).flatMap((part) => [part, part.slice(0, 24)]);
    for (const trace of [...parts, ...tokens.flatMap(tracesOf)]) expect(log).not.toContain(trace);
  });
});

/** How a token could show: itself, its beginning, its digest as text or as bytes. */
function tracesOf(token: string): string[] {
  const digest = Buffer.from(sha256(token), 'hex');
  return [
    token,
    token.slice(0, 16),
    digest.toString('hex').slice(0, 16),
    digest.toString('base64').slice(0, 16),
    digest.join(),
  ];
}
