import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { ServiceProcess, temporaryDataDirectory } from '../support/service-process';
import { createTestDatabase, emptyDatabase, type TestDatabase } from '../support/test-database';

const PROGRAM = join(__dirname, '../../dist/import/import.main.js');
const CSV = 'agent_id,agent_name,role\nplanner,Planner,Chief\n';

// A guard, for PostgreSQL.
jest.setTimeout(600_000);

type Data = ReturnType<typeof temporaryDataDirectory>;

/** `npm run import` as in a terminal: what the service was started with is not known there, unless it is given. */
async function run(env: Record<string, string>, ...options: string[]) {
  const child = spawn(process.execPath, [PROGRAM, ...options, '--format', 'csv', '-'], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.end(CSV);
  const [out, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: child.exitCode, out, errors };
}

const hasPlanner = async ({ url }: ServiceProcess): Promise<boolean> =>
  (await fetch(`${url}/agents/planner`)).status === 200;
const portOf = ({ url }: ServiceProcess): string => new URL(url).port;

describe('npm run import beside a service', () => {
  const directories: Data[] = [];
  let database: TestDatabase;

  const directory = (): string => {
    const data = temporaryDataDirectory();
    directories.push(data);
    return data.path;
  };
  const start = (env: Record<string, string>): Promise<ServiceProcess> => ServiceProcess.start({ env });

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterEach(async () => {
    await ServiceProcess.killAll();
    for (const data of directories.splice(0)) data.remove();
  });
  afterAll(() => database.drop());

  it('makes no embedded database of its own where there is none, and says what to set', async () => {
    const elsewhere = directory();
    const { code, out, errors } = await run({ DATA_DIR: elsewhere, SERVER_PORT: '1' });
    expect([code, out]).toEqual([1, '']);
    expect(errors).toContain(`there is no embedded database under ${elsewhere}: set DATA_DIR or DATABASE_URL`);
    expect(readdirSync(elsewhere)).toEqual([]);
  });

  it('goes into the embedded database that the service runs on', async () => {
    const DATA_DIR = directory();
    const service = await start({ DATA_DIR });
    expect(await run({ DATA_DIR, SERVER_PORT: portOf(service) })).toMatchObject({ code: 0, errors: '' });
    expect(await hasPlanner(service)).toBe(true);
  });

  it('refuses another embedded database than the service runs on, unless it is meant', async () => {
    const elsewhere = directory();
    await (await start({ DATA_DIR: elsewhere })).stop();
    const service = await start({ DATABASE_URL: database.url });
    const env = { DATA_DIR: elsewhere, SERVER_PORT: portOf(service) };
    const { code, out, errors } = await run(env);
    expect([code, out]).toEqual([1, '']);
    expect(errors).toContain(
      `the service at ${service.url} runs on another database than the embedded database under ${elsewhere}`,
    );
    expect(errors).toContain(`--url ${service.url}`);
    expect(await run(env, '--offline')).toMatchObject({ code: 0, errors: '' });
    expect(await hasPlanner(service)).toBe(false);
  });

  it('refuses another DATABASE_URL than the service runs on, without telling its password', async () => {
    const other = await emptyDatabase();
    const service = await start({ DATABASE_URL: database.url });
    const { code, out, errors } = await run({ DATABASE_URL: other.url, SERVER_PORT: portOf(service) });
    expect([code, out]).toEqual([1, '']);
    expect(errors).toContain(
      `runs on another database than the database ${new URL(other.url).host}${new URL(other.url).pathname}`,
    );
    expect(errors).not.toContain(new URL(other.url).password || '\0');
    expect(await other.query("SELECT to_regclass('agents') IS NULL AS untouched")).toEqual([{ untouched: true }]);
    await other.drop();
    expect(await run({ DATABASE_URL: database.url, SERVER_PORT: portOf(service) })).toMatchObject({ code: 0 });
    expect(await hasPlanner(service)).toBe(true);
  });

  it('takes notice neither of other programs on the port nor of no service at all', async () => {
    const stranger = createServer((_, response) => response.end('{"info":{"title":"Petstore"}}')).listen(
      0,
      '127.0.0.1',
    );
    await once(stranger, 'listening');
    const { port } = stranger.address() as AddressInfo;
    for (const SERVER_PORT of [String(port), '1'])
      expect(await run({ DATABASE_URL: database.url, SERVER_PORT })).toMatchObject({ code: 0, errors: '' });
    stranger.close();
  });

  it('is tested as it is built', () => expect(existsSync(PROGRAM)).toBe(true));
});
