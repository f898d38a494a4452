import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listOf, type TestToken } from '../support/access';
import { freePort } from '../support/free-port';
import { guardGroup } from '../support/guard';
import { ServiceProcess } from '../support/service-process';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { until } from '../support/until';

const PAGE = readFileSync(join(__dirname, '../../docs/clients.md'), 'utf8');
/** A compiler of Go, which not every machine has, and whose first build of anything takes half a minute. */
const { TEST_GO } = process.env;

/** A proxy for everything else is not for these. */
const ENVIRONMENT = { ...process.env, NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1' };

const admin: TestToken = { name: 'ops', token: 'token-of-ops-Zk3f', scopes: ['admin'] };
const fleet: TestToken = { name: 'fleet', token: 'token-of-the-fleet-Qw8x', scopes: ['agent', 'read'] };

/** The blocks of code in this language, in the order of the page. */
function blocks(language: string): string[] {
  return [...PAGE.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, 'gm'))].map((match) => match[1]!);
}

const GUARD_SECONDS = 150;
jest.setTimeout(1_200_000);

/** The agents of the page beat more often for their tests, and are more patient: an answer is not given up where the machine is busy. */
const CHANGED = {
  python: [
    ['"interval_seconds": 10', '"interval_seconds": 1'],
    ['timeout=10)', 'timeout=600)'],
    ['min(10, max(1, timeout / 3))', 'min(600, max(1, timeout / 3))'],
  ],
  go: [
    ['"interval_seconds": 10', '"interval_seconds": 1'],
    [', 10*time.Second, "', ', 600*time.Second, "'],
    ['min(10*time.Second, max(', 'min(600*time.Second, max('],
  ],
} as const;

/** One of the page's agents as a process. */
class AgentProcess {
  private static readonly running = new Set<AgentProcess>();
  output = '';
  errors = '';
  private readonly child: ChildProcess;

  constructor(command: string[], env: Record<string, string>) {
    this.child = spawn(command[0]!, command.slice(1), { env: { ...ENVIRONMENT, ...env }, detached: true });
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.errors += text));
    const guard = guardGroup(this.child.pid!);
    AgentProcess.running.add(this);
    this.exitCode = once(this.child, 'close').then(([code]) => {
      guard.kill('SIGKILL');
      AgentProcess.running.delete(this);
      return code as number | null;
    });
  }

  readonly exitCode: Promise<number | null>;

  stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.child.kill(signal);
    return this.exitCode;
  }

  static async killAll(): Promise<void> {
    await Promise.all([...AgentProcess.running].map((agent) => agent.stop('SIGKILL')));
  }
}

interface Scripted {
  url: string;
  /** What it was asked: method, path, `with body` or `without`; and when, in milliseconds. */
  requests: { line: string; at: number }[];
  close(): void;
}

type Answer = [status: number, body: object | string, headers?: Record<string, string>];

/** A server that gives each request the next of these answers, and the last one for ever. */
async function scripted(answers: Answer[]): Promise<Scripted> {
  const requests: Scripted['requests'] = [];
  const server = createServer((request, response) => {
    let size = 0;
    request.on('data', (chunk: Buffer) => (size += chunk.length));
    request.on('end', () => {
      const line = `${request.method} ${request.url} ${size > 0 ? 'with body' : 'without'}`;
      requests.push({ line, at: performance.now() });
      const [status, body, headers] = answers[Math.min(requests.length, answers.length) - 1]!;
      const type =
        typeof body === 'string' ? 'text/html' : status < 300 ? 'application/json' : 'application/problem+json';
      response.writeHead(status, { 'content-type': type, ...headers });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, requests, close: () => server.close().closeAllConnections() };
}

const REGISTERED: Answer = [201, { id: 'a', heartbeat: { interval_seconds: 0.1, timeout_seconds: 3600 } }];
const HEARD: Answer = [200, { id: 'a', status: 'active', next_heartbeat_seconds: 0.1, timeout_seconds: 3600 }];
const NOT_FOUND: Answer = [404, { code: 'agent_not_found' }];
const INVALID: Answer = [400, { code: 'validation_failed', errors: [{ field: 'some.field', message: 'is wrong' }] }];

describe('docs/clients.md', () => {
  let folder: string;
  let database: TestDatabase;
  let service: ServiceProcess;
  let env: Record<string, string>;
  /** How the agents of the page are started, by language. */
  const commands: Record<string, string[]> = {};

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'clients-'));
    for (const [language, extension] of [
      ['python', 'py'],
      ['go', 'go'],
    ] as const) {
      let code = blocks(language)[0]!;
      for (const [text, other] of CHANGED[language]) {
        if (!code.includes(text)) throw new Error(`the agent in ${language} has no ${text} any more`);
        code = code.replaceAll(text, other);
      }
      writeFileSync(join(folder, `agent.${extension}`), code);
    }
    commands.Python = ['python3', join(folder, 'agent.py')];
    if (TEST_GO) {
      const built = spawnSync(TEST_GO, ['build', '-o', 'agent', 'agent.go'], { cwd: folder, encoding: 'utf8' });
      if (built.status !== 0) throw new Error(`${TEST_GO} does not build it: ${built.stderr}`, { cause: built.error });
      commands.Go = [join(folder, 'agent')];
    }
    database = await createTestDatabase();
    env = {
      DATABASE_URL: database.url,
      SERVER_PORT: String(await freePort()),
      SHUTDOWN_DRAIN_MS: '0',
      AUTH_MODE: 'token',
      AUTH_TOKENS: listOf([admin, fleet]),
    };
    service = await ServiceProcess.start({ env });
  });
  afterEach(() => AgentProcess.killAll());
  afterAll(async () => {
    await ServiceProcess.killAll();
    await database.drop();
    rmSync(folder, { recursive: true });
  });

  const ask = async (path: string): Promise<Record<string, unknown>> => {
    const answer = await fetch(service.url + path, { headers: { authorization: `Bearer ${admin.token}` } });
    return (await answer.json()) as Record<string, unknown>;
  };

  function shell(code: string, { token }: TestToken): { status: number | null; answers: unknown[]; errors: string } {
    const { status, stdout, stderr } = spawnSync('bash', ['--norc', '-eu', '-c', code], {
      stdio: ['ignore', 'pipe', 'pipe'], // with a socket for its input, bash believes in a remote shell and reads start-up files
      env: { ...ENVIRONMENT, AGENT_REGISTRY_URL: service.url, AGENT_REGISTRY_TOKEN: token },
      encoding: 'utf8',
    });
    const answers = stdout.split('\n').flatMap((line) => (line ? [JSON.parse(line) as unknown] : []));
    return { status, answers, errors: stderr };
  }

  it('has a life in four requests of curl', () => {
    const [life, , ...more] = blocks('bash');
    expect(more).toEqual([]);
    expect(shell(life!, admin)).toEqual({
      status: 0,
      errors: '',
      answers: [
        expect.objectContaining({ id: 'shell-agent-1', status: 'active', token: expect.any(String) }),
        expect.objectContaining({ id: 'shell-agent-1', next_heartbeat_seconds: 10 }),
        expect.objectContaining({ id: 'shell-agent-1', status: 'maintenance' }),
        { id: 'shell-agent-1', status: 'deregistered' },
      ],
    });
    // Without the right to, the third request is refused, and the reason is told.
    const refused = shell(life!, fleet);
    expect(refused.answers.at(-1)).toMatchObject({ status: 403, code: 'insufficient_scope' });
    expect(refused.status).not.toBe(0);
  });

  it('finds other agents', async () => {
    const register = (id: string, capabilities: string[]): Promise<Response> =>
      fetch(`${service.url}/agents/register`, {
        method: 'POST',
        headers: { authorization: `Bearer ${fleet.token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ id, name: id, type: 'worker', capabilities, metadata: { team: 'data-team' } }),
      });
    await register('able-1', ['shell', 'files']);
    await register('able-2', ['shell']);
    const found = { agents: [expect.objectContaining({ id: 'able-1' })] };
    expect(shell(blocks('bash')[1]!, fleet)).toEqual({
      status: 0,
      errors: '',
      answers: [
        expect.objectContaining({ ...found, total: 1, next_cursor: null }),
        expect.objectContaining({ ...found, total: 2, next_cursor: expect.any(String) }),
      ],
    });
  });

  const why = 'TEST_GO does not name a Go compiler';
  if (!TEST_GO) console.info(`The Go of docs/clients.md is not run: ${why}`);

  for (const language of ['Python', ...(TEST_GO ? ['Go'] : [])]) {
    describe(`has an agent in ${language}, which`, () => {
      const start = (settings: Record<string, string>): AgentProcess =>
        new AgentProcess(commands[language]!, { AGENT_ID: 'a', ...settings });

      it('lives through a restart that loses it, drains and deregisters', async () => {
        const id = `${language}-1`;
        const path = `/agents/${id}`;
        const settings = { AGENT_REGISTRY_URL: service.url, AGENT_REGISTRY_TOKEN: admin.token, AGENT_ID: id };
        const agent = start(settings);
        const registrations = (): number => agent.output.split(`registered as ${id}`).length - 1;
        const reported = async (): Promise<boolean> => {
          const health = (await ask(path)).health as { uptime_seconds: number | null } | undefined;
          return typeof health?.uptime_seconds === 'number';
        };
        await until('it is registered and has said how it feels', GUARD_SECONDS, reported);

        await service.stop();
        await until('it notices', GUARD_SECONDS, () => agent.errors.includes('no success: 0'));
        await database.query('DELETE FROM agents WHERE id = $1', [id]);
        service = await ServiceProcess.start({ env });
        await until('it registers again', GUARD_SECONDS, () => registrations() === 2);
        await until('it beats again', GUARD_SECONDS, reported);

        expect(await agent.stop()).toBe(0);
        expect(agent.output.trimEnd().endsWith('deregistered')).toBe(true);
        expect(await ask(path)).toMatchObject({ code: 'agent_deregistered' });
        const events = await database.query<{ to_status: string; reason: string | null }>(
          'SELECT to_status, reason FROM agent_events WHERE agent_id = $1 ORDER BY revision DESC LIMIT 2',
          [id],
        );
        expect(events.map(({ to_status }) => to_status)).toEqual(['deregistered', 'maintenance']);
        expect(events[1]!.reason).toBe('draining');
      });

      it('tells who knows it not from who cannot answer, and goes when it is sent away', async () => {
        const server = await scripted([
          [503, { code: 'starting' }, { 'retry-after': '1' }],
          REGISTERED,
          [404, '{ "code": "agent_not_found" }'], // a page, whatever it says
          [503, '<h1>Bad luck</h1>'],
          INVALID,
          HEARD,
          [302, '', { location: '/elsewhere' }],
          NOT_FOUND,
          REGISTERED,
          [401, { code: 'unauthorized' }],
          HEARD,
          [404, { code: 'agent_deregistered' }],
        ]);
        const agent = start({ AGENT_REGISTRY_URL: server.url });
        expect(await agent.exitCode).toBe(0);
        server.close();
        const registration = 'POST /agents/register with body';
        const beat = 'POST /agents/a/heartbeat with body';
        const bareBeat = 'POST /agents/a/heartbeat without';
        expect(server.requests.map(({ line }) => line)).toEqual([
          registration,
          registration,
          beat, // 404, but not the registry's
          beat, // 503
          beat, // refused for its report
          bareBeat,
          beat, // 302
          beat, // 404
          registration,
          beat, // 401
          beat,
          beat, // sent away, and away it stays
        ]);
        // The pause that it was told to make. A busy machine can only make it longer.
        expect(server.requests[1]!.at - server.requests[0]!.at).toBeGreaterThanOrEqual(1000);
      });

      it('gives up when its first registration is refused, and says why', async () => {
        const server = await scripted([INVALID]);
        const agent = start({ AGENT_REGISTRY_URL: server.url });
        expect(await agent.exitCode).toBe(1);
        server.close();
        expect(agent.errors).toContain('some.field');
        expect(server.requests).toHaveLength(1);
      });

      it('deregisters in spite of a refused drain and a short outage', async () => {
        const server = await scripted([
          [201, { id: 'a', heartbeat: { interval_seconds: 3600, timeout_seconds: 3600 } }],
          [403, { code: 'insufficient_scope' }],
          [503, { code: 'store_unavailable' }],
          [200, { id: 'a', status: 'deregistered' }],
        ]);
        const agent = start({ AGENT_REGISTRY_URL: server.url });
        await until('it is registered', GUARD_SECONDS, () => agent.output.includes('registered as a'));
        expect(await agent.stop()).toBe(0);
        server.close();
        expect(server.requests.map(({ line }) => line)).toEqual([
          'POST /agents/register with body',
          'PUT /agents/a/status with body',
          'DELETE /agents/a without',
          'DELETE /agents/a without',
        ]);
      });
    });
  }
});
