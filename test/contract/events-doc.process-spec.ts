import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listOf, type TestToken } from '../support/access';
import { freePort } from '../support/free-port';
import { guardGroup } from '../support/guard';
import { PATIENCE } from '../support/patience';
import { ServiceProcess } from '../support/service-process';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { until } from '../support/until';

const PAGE = readFileSync(join(__dirname, '../../docs/events.md'), 'utf8');
/** A proxy for everything else is not for these. */
const ENVIRONMENT = { ...process.env, NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1' };
const admin: TestToken = { name: 'ops', token: 'token-of-ops-Ev7w', scopes: ['admin'] };

jest.setTimeout(600_000);

function blocks(language: string): string[] {
  return [...PAGE.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, 'gm'))].map((match) => match[1]!);
}

/** A program that goes on until it is stopped, and the lines of JSON that it has printed. */
class Following {
  private static readonly running = new Set<Following>();
  errors = '';
  private output = '';
  private readonly child: ChildProcess;

  constructor(command: string[]) {
    this.child = spawn(command[0]!, command.slice(1), { env: ENVIRONMENT, detached: true });
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.errors += text));
    const guard = guardGroup(this.child.pid!);
    Following.running.add(this);
    void once(this.child, 'close').then(() => guard.kill('SIGKILL'));
  }

  get printed(): unknown[] {
    const lines = this.output.split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as unknown);
  }

  static async killAll(): Promise<void> {
    for (const { child } of Following.running) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'close');
    }
    Following.running.clear();
  }
}

describe('docs/events.md', () => {
  let database: TestDatabase;
  let service: ServiceProcess;
  let env: Record<string, string>;

  beforeAll(async () => {
    database = await createTestDatabase();
    const settings = { DATABASE_URL: database.url, SERVER_PORT: String(await freePort()), SHUTDOWN_DRAIN_MS: '0' };
    const longest = { HEARTBEAT_TIMEOUT_SECONDS: '86400' };
    env = { ...settings, ...longest, AUTH_MODE: 'token', AUTH_TOKENS: listOf([admin]) };
    service = await ServiceProcess.start({ env });
  });
  afterEach(() => Following.killAll());
  afterAll(async () => {
    await ServiceProcess.killAll();
    await database.drop();
  });

  async function request(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
    const headers = { authorization: `Bearer ${admin.token}`, 'content-type': 'application/json' };
    const answer = await fetch(service.url + path, { method, headers, body: body && JSON.stringify(body) });
    expect(answer.status).toBeLessThan(300);
    return (await answer.json()) as Record<string, unknown>;
  }
  const register = (id: string, type = 'compute'): Promise<unknown> =>
    request('POST', '/agents/register', { id, name: id, type });

  /** The lines of the page's requests, each with this token. */
  const commands = (): string[] => {
    const lines = blocks('sh').flatMap((block) => block.trimEnd().split('\n'));
    return lines.map((line) => line.replace(/^curl /, `curl -H 'Authorization: Bearer ${admin.token}' `));
  };

  it('asks with curl', async () => {
    await register('shell-1');
    const { next_cursor: cursor } = await request('GET', '/events?after=now');
    await register('shell-2');
    const prefix = `REGISTRY=${service.url}; CURSOR=${String(cursor)}; `;
    const [lasting, single] = [true, false].map((lasts) => commands().filter((line) => line.includes('-sN') === lasts));
    const answers = single!.map((line) => {
      const { status, stdout } = spawnSync('bash', ['--norc', '-eu', '-c', prefix + line], {
        env: ENVIRONMENT,
        encoding: 'utf8',
      });
      return { status, body: JSON.parse(stdout) as unknown };
    });
    const next_cursor = expect.any(String) as string;
    expect(answers).toMatchObject([
      { status: 0, body: { events: [{ agent_id: 'shell-1' }, { agent_id: 'shell-2' }], next_cursor } },
      { status: 0, body: { events: [], next_cursor } },
      { status: 0, body: { events: [{ agent_id: 'shell-2' }], next_cursor } },
      { status: 0, body: { changes: [], next_cursor } },
      { status: 0, body: { changes: [{ type: 'upsert', agent: { id: 'shell-2' } }], next_cursor } },
    ]);
    // Those that last are followed by curl itself until their first message.
    const first = ['event: bookmark', '"event":"bookmark"', 'event: upsert'];
    expect(lasting).toHaveLength(first.length);
    for (const [index, line] of lasting!.entries()) {
      const text = `(set +o pipefail; timeout 150 ${line.replace(/ +#.*/, '')} | grep -m1 '^\\(event: [^c]\\|{"id"\\)')`;
      const { stdout } = spawnSync('bash', ['--norc', '-c', prefix + text], { env: ENVIRONMENT, encoding: 'utf8' });
      expect(stdout).toContain(first[index]);
    }
  });

  /** The page's program in Python, which prints what `call` gives. */
  const python = (call: string): Following =>
    new Following([
      'python3',
      '-u',
      '-c',
      `${blocks('python').join('\n')}\nfor it in ${call}: print(json.dumps(it))\n`,
    ]);

  it('follows the feed in Python, through a restart', async () => {
    const { next_cursor: cursor } = await request('GET', '/events?after=now');
    const following = python(`follow("${service.url}", "${admin.token}", "${String(cursor)}")`);
    await register('python-1');
    await until('the first has come', PATIENCE, () => following.printed.length >= 1);
    await service.stop();
    service = await ServiceProcess.start({ env });
    await register('python-2');
    await until('the next has come', PATIENCE, () => following.printed.length >= 2);
    expect(following.printed).toMatchObject([{ agent_id: 'python-1' }, { agent_id: 'python-2' }]);
    expect(following.errors).toBe('');
  });

  it('watches in Python, through a restart, and begins anew when the registry has forgotten', async () => {
    await register('w-1', 'watched');
    await register('w-2', 'watched');
    const watching = python(`watch("${service.url}", "${admin.token}", "type=watched")`);
    const ids = (): string[] => Object.keys((watching.printed.at(-1) as object | undefined) ?? {});
    const untilIds = (...expected: string[]): Promise<void> =>
      until(`it has ${expected.join()}`, PATIENCE, () => ids().join() === expected.join());
    await untilIds('w-1', 'w-2');
    await request('DELETE', '/agents/w-1');
    await untilIds('w-2');
    await service.stop();
    service = await ServiceProcess.start({ env });
    await register('w-3', 'watched');
    await untilIds('w-2', 'w-3');
    await service.stop();
    await database.query("UPDATE agents SET type = 'other' WHERE id = 'w-2'");
    await database.query('DELETE FROM agent_events WHERE revision < (SELECT max(revision) FROM agent_events)');
    await database.query('UPDATE event_log_horizon SET purged_through = (SELECT max(revision) + 1 FROM agent_events)');
    service = await ServiceProcess.start({ env });
    await untilIds('w-3');
    expect(watching.errors).toBe('');
  });
});
