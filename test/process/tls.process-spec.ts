import { spawn, type ChildProcess } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, chownSync, copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import * as https from 'node:https';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { TLSSocket } from 'node:tls';
import { Pool } from 'pg';
import { EmbeddedPostgres } from '../../src/platform/database/embedded/embedded-postgres';
import { ConfigurationError } from '../../src/platform/config/configuration';
import { loadConfiguration } from '../../src/platform/config/load-configuration';
import { TestAuthority, type Pair } from '../support/certificates';
import { freePort } from '../support/free-port';
import { PATIENCE } from '../support/patience';
import { ServiceProcess, temporaryDataDirectory } from '../support/service-process';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { until } from '../support/until';

let authority: TestAuthority;
let database: TestDatabase;
/** What the service is told of: files that a test may replace. */
let served: Pair;

beforeAll(async () => {
  authority = new TestAuthority();
  served = { cert: join(authority.directory, 'tls.crt'), key: join(authority.directory, 'tls.key') };
  database = await createTestDatabase();
});
beforeEach(() => show(authority.issue('first')));
afterEach(() => ServiceProcess.killAll());
afterAll(async () => {
  await database.drop();
  authority.remove();
});

function show({ cert, key }: Pair): void {
  copyFileSync(key, served.key);
  copyFileSync(cert, served.cert);
}

function start(env: Record<string, string> = {}): Promise<ServiceProcess> {
  const files = { TLS_CERT_FILE: served.cert, TLS_KEY_FILE: served.key };
  return ServiceProcess.start({ env: { DATABASE_URL: database.url, SHUTDOWN_DRAIN_MS: '0', ...files, ...env } });
}

interface Seen {
  status: number;
  body: string;
  /** Of the certificate that was shown. */
  name: string;
  /** Which connection it was. */
  port: number;
}

async function ask(service: ServiceProcess, path: string, options: https.RequestOptions = {}): Promise<Seen> {
  const ca = readFileSync(authority.ca.cert);
  const request = https.get(service.url + path, { agent: false, ca, ...options });
  const [response] = (await once(request, 'response')) as [import('node:http').IncomingMessage];
  const socket = response.socket as TLSSocket;
  const { subject } = socket.getPeerCertificate();
  const seen = { name: subject.CN, port: socket.localPort! };
  return { status: response.statusCode!, body: await text(response), ...seen };
}

describe('With TLS_CERT_FILE and TLS_KEY_FILE the service', () => {
  it('speaks HTTPS alone, by the certificate, and says when that ends', async () => {
    const service = await start({ AUTH_METRICS: 'open' });
    expect(service.url).toMatch(/^https:/);
    expect(await ask(service, '/health/live')).toMatchObject({ status: 200, name: 'first' });
    expect(await ask(service, '/agents/unknown')).toMatchObject({ status: 404 }); // the hot lane
    await expect(ask(service, '/health/live', { ca: [] })).rejects.toThrow(/certificate/);
    await expect(fetch(service.url.replace('https:', 'http:'))).rejects.toThrow();
    const { body } = await ask(service, '/metrics');
    const [, seconds] = /^tls_certificate_expires_timestamp_seconds ([\d.e+]+)$/m.exec(body)!;
    const { validTo } = new X509Certificate(readFileSync(served.cert));
    expect(Number(seconds) * 1000).toBe(Date.parse(validTo));
    expect(await service.stop()).toEqual({ code: 0, signal: null });
  });

  it('shows a changed certificate to new connections, and goes on with those that are open', async () => {
    const service = await start();
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
    const before = await ask(service, '/health/live', { agent });
    const next = authority.issue('second');
    copyFileSync(next.cert, served.cert); // and its key a moment later
    const problems = (): string[] => service.logs.filter((line) => line.includes('cannot be used'));
    await until('it says that they do not fit', PATIENCE, () => problems().length > 0);
    expect(problems()[0]).toContain('TLS_KEY_FILE is not the key of the certificate in TLS_CERT_FILE');
    expect(await ask(service, '/health/live')).toMatchObject({ status: 200, name: 'first' });
    copyFileSync(next.key, served.key);
    await until('it shows the new one', PATIENCE, async () => (await ask(service, '/health/live')).name === 'second');
    expect(await ask(service, '/health/live', { agent })).toMatchObject({ status: 200, port: before.port });
    expect(service.logs.filter((line) => line.includes('TLS files have changed'))).toHaveLength(1);
    expect(problems()).toHaveLength(1);
    expect(service.logs.join()).not.toContain('PRIVATE KEY');
    agent.destroy();
  });

  it('serves with several processes', async () => {
    const service = await start({ WEB_CONCURRENCY: '2' });
    for (let i = 0; i < 4; i++) expect(await ask(service, '/health/live')).toMatchObject({ status: 200 });
    expect(await service.stop()).toEqual({ code: 0, signal: null });
  });

  it('ends cleanly with connections that have not shaken hands, and are none that requests come on', async () => {
    const service = await start();
    const { port } = new URL(service.url);
    const silent = await Promise.all(Array.from({ length: 3 }, () => opened(Number(port))));
    silent[0]!.write('GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const [answer] = await Promise.all([text(silent[0]!).catch(() => ''), once(silent[0]!, 'close')]);
    expect(answer).not.toContain('HTTP/1.1 200');
    expect(await ask(service, '/health/live')).toMatchObject({ status: 200 });
    expect(await service.stop()).toEqual({ code: 0, signal: null });
  });
});

describe('With TLS_CLIENT_CA_FILE the service', () => {
  it('serves clients with a certificate of that authority, and probes without', async () => {
    const stranger = new TestAuthority();
    const service = await start({ TLS_CLIENT_CA_FILE: authority.ca.cert });
    const certificateOf = ({ cert, key }: Pair) => ({ cert: readFileSync(cert), key: readFileSync(key) });
    const client = certificateOf(authority.issue('client'));
    for (const path of ['/agents', '/agents/unknown', '/openapi.json', '/metrics']) {
      const refused = await ask(service, path);
      expect([refused.status, JSON.parse(refused.body)]).toMatchObject([403, { code: 'client_certificate_required' }]);
      expect((await ask(service, path, certificateOf(stranger.issue('client')))).status).toBe(403);
      expect((await ask(service, path, client)).status).not.toBe(403);
    }
    for (const path of ['/health', '/health/live', '/health/ready'])
      expect((await ask(service, path)).status).toBe(200);
    stranger.remove();
  });
});

describe('Files that cannot be used', () => {
  const problemsOf = (environment: Record<string, string>): string[] => {
    try {
      loadConfiguration(environment);
      return [];
    } catch (error) {
      return (error as ConfigurationError).problems;
    }
  };
  const file = (name: string, content: string): string => {
    const path = join(authority.directory, name);
    writeFileSync(path, content);
    return path;
  };

  it('end a start with exit code 1 and the name of the setting', async () => {
    const env = {
      DATABASE_URL: database.url,
      TLS_CERT_FILE: served.cert,
      TLS_KEY_FILE: join(authority.directory, 'no'),
    };
    const service = ServiceProcess.spawn({ env });
    expect(await service.waitForExit()).toEqual({ code: 1, signal: null });
    expect(service.errors).toContain('TLS_KEY_FILE names a file that cannot be read');
  });

  it.each<[string, (pair: { TLS_CERT_FILE: string; TLS_KEY_FILE: string }) => Record<string, string>, RegExp]>([
    ['no key', ({ TLS_CERT_FILE }) => ({ TLS_CERT_FILE }), /^TLS_KEY_FILE must be set with TLS_CERT_FILE$/],
    ['no certificate', ({ TLS_KEY_FILE }) => ({ TLS_KEY_FILE }), /^TLS_CERT_FILE must be set with TLS_KEY_FILE$/],
    ['only clients’ CA', () => ({ TLS_CLIENT_CA_FILE: 'x' }), /^TLS_CERT_FILE must be set with TLS_CLIENT_CA_FILE$/],
    [
      'a file that is not there',
      (pair) => ({ ...pair, TLS_CERT_FILE: '/no/such' }),
      /^TLS_CERT_FILE names .*ENOENT\)$/,
    ],
    [
      'an empty file',
      (pair) => ({ ...pair, TLS_KEY_FILE: file('empty', '\n') }),
      /^TLS_KEY_FILE names a file that is empty/,
    ],
    [
      'no PEM',
      (pair) => ({ ...pair, TLS_CERT_FILE: file('text', 'x') }),
      /^TLS_CERT_FILE holds no certificate in PEM$/,
    ],
    [
      'a certificate for a key',
      (pair) => ({ ...pair, TLS_KEY_FILE: pair.TLS_CERT_FILE }),
      /^TLS_KEY_FILE holds no private key/,
    ],
    [
      'the key of another',
      (pair) => ({ ...pair, TLS_KEY_FILE: authority.issue('another').key }),
      /^TLS_KEY_FILE is not the key/,
    ],
    [
      'a CA that is none',
      (pair) => ({ ...pair, TLS_CLIENT_CA_FILE: pair.TLS_KEY_FILE }),
      /^TLS_CLIENT_CA_FILE holds no cert/,
    ],
  ])('are told: %s', (_, change, problem) => {
    const pair = { TLS_CERT_FILE: served.cert, TLS_KEY_FILE: served.key };
    expect(problemsOf(pair)).toEqual([]);
    expect(problemsOf(change(pair))).toEqual([expect.stringMatching(problem)]);
  });
});

describe('Redis over TLS', () => {
  let redis: ChildProcess | undefined;
  afterEach(async () => {
    if (!redis) return;
    redis.kill('SIGKILL');
    await once(redis, 'close');
  });

  it('is used by rediss:// when its authority is known, and not otherwise', async () => {
    const { cert, key } = authority.issue('redis');
    const port = await freePort();
    const tls = ['--tls-cert-file', cert, '--tls-key-file', key, '--tls-ca-cert-file', authority.ca.cert];
    const args = ['--port', '0', '--tls-port', String(port), '--tls-auth-clients', 'no', '--save', '', ...tls];
    redis = spawn('redis-server', args, { stdio: 'ignore' });
    const REDIS_URL = `rediss://localhost:${port}`;
    const [knowing, unknowing] = await Promise.all([
      start({ REDIS_URL, NODE_EXTRA_CA_CERTS: authority.ca.cert }),
      start({ REDIS_URL }),
    ]);
    await until('Redis is up', PATIENCE, async () => (await redisOf(knowing)) === 'up');
    expect(await redisOf(unknowing)).toBe('down');
  });

  async function redisOf(service: ServiceProcess): Promise<string> {
    const { body } = await ask(service, '/health');
    return (JSON.parse(body) as { details: { redis: { status: string } } }).details.redis.status;
  }
});

describe('PostgreSQL over TLS', () => {
  const data = temporaryDataDirectory();
  let server: EmbeddedPostgres | undefined;
  afterAll(async () => {
    await ServiceProcess.killAll();
    await server?.stop();
    data.remove();
  });

  it('is held to its authority by sslmode=verify-full, and shown a certificate of the service', async () => {
    const directory = data.path;
    const log = (): void => undefined;
    const plain = await EmbeddedPostgres.start({ directory, log });
    const home = plain.directory;
    await plain.stop();
    const { uid, gid } = statSync(join(home, 'data'));
    const own = (from: string, name: string): string => {
      const path = join(home, name);
      copyFileSync(from, path);
      chmodSync(path, 0o600);
      chownSync(path, uid, gid);
      return path;
    };
    const pair = authority.issue('postgres');
    const settings = {
      ssl: 'on',
      ssl_cert_file: own(pair.cert, 'server.crt'),
      ssl_key_file: own(pair.key, 'server.key'),
      ssl_ca_file: own(authority.ca.cert, 'ca.crt'),
    };
    server = await EmbeddedPostgres.start({ directory, settings, log });

    const stranger = new TestAuthority();
    const urlOf = (parameters: Record<string, string>): string =>
      `${server!.url}?${new URLSearchParams({ sslmode: 'verify-full', ...parameters }).toString()}`;
    const client = authority.issue('registry');
    const DATABASE_URL = urlOf({ sslrootcert: authority.ca.cert, sslcert: client.cert, sslkey: client.key });
    await start({ DATABASE_URL });
    const pool = new Pool({ connectionString: server.superuserUrl, max: 1 });
    const { rows } = await pool.query<{ ssl: boolean; client_dn: string }>(
      `SELECT DISTINCT ssl, client_dn FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
        WHERE application_name IN ('agent-registry', 'agent-registry watch', 'agent-registry reporting')`,
    );
    expect(rows).toEqual([{ ssl: true, client_dn: '/CN=registry' }]);
    await pool.end();

    const env = { DATABASE_URL: urlOf({ sslrootcert: stranger.ca.cert }), DATABASE_STARTUP_TIMEOUT_SECONDS: '0' };
    const misled = ServiceProcess.spawn({ env });
    expect(await misled.waitForExit()).toEqual({ code: 1, signal: null });
    expect(misled.errors).toMatch(/certificate/);
    stranger.remove();
  });
});

async function opened(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}
