import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { createClient } from 'redis';
import { registration } from '../support/builders';
import { PATIENCE } from '../support/patience';
import { RedisProcess } from '../support/redis-process';
import { createTestApp, type TestApp } from '../support/test-app';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { until } from '../support/until';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'agent-registry-secrets-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Writes a secret as kubelets do: what is there is replaced at once. */
function mount(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(`${path}.new`, `${text}\n`);
  renameSync(`${path}.new`, path);
  return path;
}

const healthOf = async (app: TestApp, check: string): Promise<string | undefined> => {
  const { body } = await app.request<{ details: Record<string, { status: string }> }>('GET', '/health');
  return body.details[check]?.status;
};

describe('DATABASE_URL_FILE', () => {
  const roles = ['old', 'new'].map((name) => `rotated_${name}_${randomBytes(4).toString('hex')}`) as [string, string];
  let database: TestDatabase;

  beforeEach(async () => {
    database = await createTestDatabase();
    for (const role of roles) await database.query(`CREATE ROLE ${role} SUPERUSER LOGIN PASSWORD '${role}'`);
  });
  afterEach(async () => {
    for (const role of roles) await database.query(`DROP ROLE ${role}`);
    await database.drop();
  });

  const urlOf = (role: string): string => Object.assign(new URL(database.url), { username: role, password: role }).href;
  const usersOf = async (): Promise<string[]> => {
    const rows = await database.query<{ usename: string }>(
      `SELECT DISTINCT usename FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'agent-registry%'`,
    );
    return rows.map(({ usename }) => usename);
  };

  it('is read again for each connection: the service goes on as another user when the first one is shut out', async () => {
    const [before, after] = roles;
    const DATABASE_URL_FILE = mount('database', urlOf(before));
    const app = await createTestApp({ DATABASE_URL: urlOf(before), DATABASE_URL_FILE }, database);
    expect((await app.request('POST', '/agents/register', registration({ id: 'a' }))).status).toBe(201);
    expect((await app.request('GET', '/agents?metadata.a=b')).status).toBe(200);
    expect(await usersOf()).toEqual([before]);

    mount('database', 'not a URL while it is being written');
    mount('database', urlOf(after));
    await database.query(`ALTER ROLE ${before} NOLOGIN`);
    await database.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1', [before]);
    await until('all connect as the other user', PATIENCE, async () => {
      const registered = await app.request('POST', '/agents/register', registration({ id: 'b' }));
      const listed = await app.request('GET', '/agents?metadata.a=b');
      const isUp = (await healthOf(app, 'database')) === 'up';
      return registered.status < 300 && listed.status === 200 && isUp && (await usersOf()).join() === after;
    });
    await app.close();
  });

  it('leaves the database as it was at the start when the file is gone', async () => {
    const DATABASE_URL_FILE = mount('database', urlOf(roles[0]));
    const app = await createTestApp({ DATABASE_URL: urlOf(roles[0]), DATABASE_URL_FILE }, database);
    rmSync(DATABASE_URL_FILE);
    await database.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1', [roles[0]]);
    await until('it is there again', PATIENCE, async () => (await healthOf(app, 'database')) === 'up');
    expect(await usersOf()).toEqual([roles[0]]);
    await app.close();
  });
});

describe('REDIS_URL_FILE', () => {
  it('is read again when a connection is made anew: a changed password keeps nobody out', async () => {
    const redis = await RedisProcess.start();
    const urlOf = (password: string): string => redis.url.replace('://', `://:${password}@`);
    const admin = createClient({ url: redis.url });
    await admin.connect();
    await admin.configSet('requirepass', 'before');
    const REDIS_URL_FILE = mount('redis', urlOf('before'));
    const app = await createTestApp({ REDIS_URL: urlOf('before'), REDIS_URL_FILE });
    app.clock.goOn();
    await until('Redis is up', PATIENCE, async () => (await healthOf(app, 'redis')) === 'up');

    await admin.configSet('requirepass', 'after%2Fall');
    mount('redis', urlOf(encodeURIComponent('after%2Fall')));
    for (const type of ['normal', 'pubsub']) await admin.sendCommand(['CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'yes']);
    const clients = async (): Promise<number> =>
      (await admin.sendCommand<string>(['CLIENT', 'LIST', 'TYPE', 'pubsub'])).split('\n').filter(Boolean).length;
    await until('Redis is up again, and listened to', PATIENCE, async () => {
      return (await healthOf(app, 'redis')) === 'up' && (await clients()) > 0;
    });
    await app.close();
    await admin.disconnect();
    await redis.kill();
  });
});
