import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { bearer, listOf, type TestToken } from '../../../test/support/access';
import { BROKEN_ROWS, SMALL_DIRECTORY } from '../../../test/support/directory.fixture';
import { freePort } from '../../../test/support/free-port';
import { PATIENCE } from '../../../test/support/patience';
import { ServiceProcess } from '../../../test/support/service-process';
import { TcpRelay } from '../../../test/support/tcp-relay';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database';
import { until } from '../../../test/support/until';
import { AgentRegistryClient } from '../src/client';
import { type Finished, InstalledProgram, type RunningProgram } from './support/installed-program';
import { type CallOptions, Captured, runInProcess } from './support/program-in-process';

const ADMIN: TestToken = { name: 'ops', token: 'token-of-ops-9Wm2', scopes: ['admin'] };
const FLEET: TestToken = { name: 'fleet', token: 'token-of-fleet-4Kd7', scopes: ['agent'] };

let database: TestDatabase;
let toDatabase: TcpRelay;
let toService: TcpRelay;
let service: ServiceProcess;
let program: InstalledProgram;
/** Asks the service itself. */
let client: AgentRegistryClient;

beforeAll(async () => {
  database = await createTestDatabase();
  toDatabase = await TcpRelay.to(database.url);
  await toDatabase.open();
  [service, program] = await Promise.all([
    ServiceProcess.start({
      env: {
        DATABASE_URL: toDatabase.url,
        SERVER_HOST: '127.0.0.1',
        AUTH_MODE: 'token',
        AUTH_TOKENS: listOf([ADMIN, FLEET]),
        HEARTBEAT_TIMEOUT_SECONDS: '1800', // silence is made by moving the clock, see `fallsSilent`
        HEARTBEAT_INACTIVE_AFTER_SECONDS: '31536000',
        HEARTBEAT_SWEEP_INTERVAL_SECONDS: '1',
      },
    }),
    InstalledProgram.install(),
  ]);
  toService = await TcpRelay.to(service.url);
  client = new AgentRegistryClient({ url: service.url, token: ADMIN.token });
  await toService.open();
}, 600_000);

afterAll(async () => {
  await program?.remove();
  await ServiceProcess.killAll();
  await Promise.all([toDatabase?.close(), toService?.close()]);
  await database?.drop();
});

/** The program in the process of the test, as the administrator. */
function cli(args: readonly string[], { env, ...options }: CallOptions = {}): Promise<Finished> {
  return runInProcess(args, { ...options, env: { ...environment(), ...env } });
}

function environment(): Record<string, string> {
  return { AGENT_REGISTRY_URL: toService.url, AGENT_REGISTRY_TOKEN: ADMIN.token };
}

/** What the service itself answers. */
async function ask(path: string): Promise<Record<string, unknown>> {
  const answer = await fetch(`${service.url}${path}`, { headers: bearer(ADMIN.token) });
  return (await answer.json()) as Record<string, unknown>;
}

/** How the agent is to others; `deregistered` once it is. */
async function statusOf(id: string): Promise<unknown> {
  const { status, code } = await ask(`/agents/${id}`);
  return code === 'agent_deregistered' ? 'deregistered' : (code ?? status);
}

const register = (id: string, ...options: string[]): Promise<Finished> =>
  cli(['register', '--id', id, '--name', id.toUpperCase(), '--type', 'worker', ...options]);

function expectTrouble({ code, stdout, stderr }: Finished, expected: number, message: string | RegExp): void {
  expect({ code, stdout }).toEqual({ code: expected, stdout: '' });
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/^\s+at /m); // a stack
}

describe('The installed program', () => {
  it('is there for npx, and is of the version of its package', async () => {
    const { version } = JSON.parse(readFileSync(join(__dirname, '../package.json'), 'utf8')) as { version: string };
    expect(await program.shell('npx --offline agent-registry --version')).toMatchObject({
      code: 0,
      stdout: `${version}\n`,
    });
  });

  it('helps, with every command and with each', async () => {
    const { code, stdout } = await program.run(['help']);
    expect(code).toBe(0);
    const commands = [...stdout.matchAll(/^ {2}([a-z]+) {2}/gm)].map(([, name]) => name!);
    const expected =
      'list get discover count export register update rename heartbeat deregister unban status why diff deps dependents impact graph wait watch events decisions ' +
      'overview import token webhooks whoami health sidecar completion help';
    expect(commands).toEqual(expected.split(' '));
    for (const args of [
      ['help', 'status'],
      ['status', '--help'],
      ['status', '-h'],
    ]) {
      expect(await cli(args)).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('status [options] ID [STATUS]'),
      });
    }
  });

  it('ends quietly when nobody reads on', async () => {
    const { code, stderr } = await program.shell('set -o pipefail; agent-registry help | true');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('completes in a real bash', async () => {
    const lines: [words: string[], completions: string[]][] = [
      [['der'], ['deregister']],
      [
        ['status', 'x', ''],
        ['active', 'maintenance', 'quarantined'],
      ],
      [['--url', 'http://x', 'list', '--status', 'm'], ['maintenance']],
      [['list', '--cap'], ['--capability']],
      [['--ti'], ['--timeout']],
      [['import', 'package-'], ['package-lock.json']],
      [
        ['completion', ''],
        ['bash', 'zsh', 'fish'],
      ],
      [['get', '--url', ''], []],
    ];
    const complete = lines.map(([words]) => {
      const line = words.map((word) => `'${word}'`).join(' ');
      return `COMP_WORDS=(agent-registry ${line}); COMP_CWORD=${words.length}; _agent_registry 2>&1; echo "\${COMPREPLY[*]}"`;
    });
    const { code, stdout, stderr } = await program.shell(
      `set -u; source <(agent-registry completion bash); complete -p agent-registry >/dev/null\n${complete.join('\n')}`,
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n').slice(0, -1)).toEqual(lines.map(([, completions]) => completions.join(' ')));
  });

  it.each([
    [[], 'a command is missing'],
    [['lst'], 'there is no command "lst"'],
    [['--colour', 'list'], 'there is no option --colour'],
    [['get'], 'ID is missing'],
    [['list', '--colour'], 'there is no option --colour'],
    [['list', '--limit', '0'], '--limit must be a whole number from 1 to 1000'],
    [['status', 'x', 'gone'], 'STATUS must be one of active, maintenance'],
    [['status', 'x', '--reason', 'y'], '--reason goes with a STATUS'],
    [['watch', 'x', '--type', 'y'], '--type does not go with an ID'],
    [['list', '--format', 'xml'], '--format must be one of table, json, ndjson, csv, yaml'],
    [['list', '--json', '--format', 'yaml'], 'give --json or --format, not both'],
    [['list', '--sort', 'colour'], '--sort must be one of id, name, type'],
    [['list', '--sort', 'name:up'], '--sort must be one of id, name, type'],
    [['list', '--sort', 'health.status'], 'with --full also others'],
    [['list', '--sort', 'id', '--cursor', 'x'], '--cursor does not go with --sort'],
    [['list', '--unhealthy', '--cursor', 'x'], '--cursor does not go with --unhealthy'],
    [['list', '--unhealthy', '--status', 'active'], '--status does not go with --unhealthy'],
    [['list', '--unhealthy', '--health', 'stale'], '--health does not go with --unhealthy'],
    [['status', 'x', 'active', '--type', 'y', '--yes'], 'with filters there is no ID'],
    [['status', 'x', '--type', 'y', '--yes'], 'with filters there is no ID'],
    [['status', 'active', '--type', 'y'], 'give --yes, or --dry-run'],
    [['status', 'active', '--all', '--type', 'y', '--yes'], '--type does not go with --all'],
    [['status', 'x', 'active', '--yes'], '--yes goes with filters'],
    [['status', 'x', 'active', '--dry-run'], '--dry-run goes with filters'],
    [['update', 'x'], 'there is nothing to change'],
    [['update', 'x', '--unset', 'name'], '--unset must be category'],
    [['update', 'x', '--unset', 'metadata.'], '--unset must be category'],
    [['rename', 'x'], 'NAME is missing'],
    [['diff', 'x'], 'OTHER is missing'],
    [['events', 'x', '--type', 'y'], '--type does not go with an ID'],
    [['events', '--since', 'yesterday'], '--since must be a time'],
    [['decisions', '--verdict', 'maybe'], '--verdict must be one of allowed, denied'],
    [['wait', 'x', '--status', 'asleep'], '--status must be one of active'],
    [['wait', 'x', '--timeout', '0'], '--timeout must be a number from 0.1'],
    [['heartbeat', 'x', '--metric', 'a=b'], '--metric a must be a number'],
    [['list', '--url', 'nowhere'], '--url must be like http://localhost:8080'],
    [['list', '--token', 'a', '--token-file', 'b'], 'not both'],
    [['list', '--token-file', 'nowhere'], '--token-file: ENOENT'],
    [['register', '--from', 'nowhere'], 'cannot read nowhere: ENOENT'],
    [['register', '--from', '-'], '- is not JSON'],
    [['import', 'nowhere'], 'cannot read nowhere: ENOENT'],
    [['import', '-'], '-: there is nothing in it'],
    [['sidecar', '--id', 'x', 'true'], 'there is nothing that "true" could be'],
    [['sidecar', '--id', 'x'], 'put -- and the command'],
    [['sidecar', '--id', 'x', '--', ''], 'put -- and the command'],
    [['sidecar', '--check-url', 'localhost', '--', 'true'], '--check-url must be an http or https URL'],
    [['sidecar', '--check-url', 'http://a:b@localhost', '--', 'true'], '--check-url must be an http or https URL'],
    [['sidecar', '--check-command', ' ', '--', 'true'], '--check-command is empty'],
    [['sidecar', '--check-url', 'http://a', '--check-command', 'b', '--', 'true'], 'not both'],
    [['sidecar', '--check-failures', '2', '--', 'true'], '--check-failures needs --check-url or --check-command'],
    [['sidecar', '--check-command', 'true', '--check-timeout', '0', '--', 'true'], '--check-timeout must be a number'],
    [['get', ''], 'ID is empty'],
    [['deregister', ''], 'ID is empty'],
    [['token', 'create'], 'NAME is missing'],
    [['token', 'make', 'x'], 'ACTION must be one of create, rotate, list'],
    [['token', 'rotate'], 'NAME is missing'],
    [['token', 'list', 'x'], 'there is nothing that "x" could be'],
    [['token', 'list', '--within', 'soon'], '--within must be a time'],
    [['token', 'create', 'x', '--within', '1d'], '--within does not go with create'],
    [['token', 'create', 'x'], '--scope is missing'],
    [['token', 'create', 'x', '--scope', 'all'], '--scope must be one of read, agent, operate, admin'],
    [['token', 'create', 'x', '--scope', 'read', '--expires', 'soon'], '--expires must be a time'],
    [['token', 'create', 'x', '--scope', 'read', '--expires', '2020-01-01T00:00:00Z'], 'must be in the future'],
    [['token', 'create', 'x', '--scope', 'read', '--overlap', '1'], '--overlap does not go with create'],
    [['token', 'rotate', 'x', '--scope', 'read'], '--scope does not go with rotate'],
    [['token', 'rotate', 'x', '--overlap', '301'], '--overlap must be a whole number from 0 to 300'],
    [['completion', 'tcsh'], 'SHELL must be one of bash, zsh, fish'],
  ])('refuses %j and says what is wrong', async (args, message) => {
    const run = await cli(args);
    expectTrouble(run, 2, /^Try "agent-registry help/m);
    expect(run.stderr).toContain(message);
  });

  it('says that the output could not be written', async () => {
    const env = { AGENT_REGISTRY_URL: toService.url, AGENT_REGISTRY_TOKEN: ADMIN.token };
    const run = await program.shell('agent-registry list --json > /dev/full', { env });
    expect(run).toMatchObject({ code: 1, stderr: expect.stringContaining('the output could not be written: ENOSPC') });
  });

  it.each([
    ['text/html', '<h1>login</h1>'],
    ['application/json', '{"ok":true}'],
  ])('says of an answer of %s that it is not a registry that gave it', async (type, body) => {
    const server = createServer((_, response) => response.writeHead(200, { 'content-type': type }).end(body));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    try {
      const env = { AGENT_REGISTRY_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
      for (const args of [['list'], ['get', 'a'], ['health']]) {
        const run = await program.run(args, { env });
        expect(run).toMatchObject({ code: 3, stderr: expect.stringContaining('not an Agent Registry: GET') });
      }
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it('says of every command that asks the registry that it cannot be reached', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const commands = [
      ['list'],
      ['get', 'x'],
      ['discover'],
      ['register', '--name', 'x', '--type', 'y'],
      ['heartbeat', 'x'],
      ['update', 'x', '--version', '2'],
      ['rename', 'x', 'y'],
      ['why', 'x'],
      ['diff', 'x', 'y'],
      ['events'],
      ['events', 'x'],
      ['decisions'],
      ['overview'],
      ['overview', '--unhealthy'],
      ['status', 'active', '--all', '--yes'],
      ['token', 'list'],
      ['deregister', 'x'],
      ['status', 'x'],
      ['status', 'x', 'active'],
      ['watch'],
      ['watch', 'x'],
      ['events', '--follow'],
      ['import', '-'],
      ['health'],
      ['whoami'],
      ['token', 'rotate', 'x'],
    ];
    const runs = commands.map((args) => cli([...args, '--url', url], { input: 'agent_id,role\nx,y\n' }));
    for (const run of await Promise.all(runs)) expectTrouble(run, 3, /^agent-registry \w+: .*ECONNREFUSED.*\n$/);
    expectTrouble(await program.run(['list', '--url', url]), 3, /^agent-registry list: .*ECONNREFUSED.*\n$/);
  });

  it('takes the token of an option, a file or the environment, and says when it is not good', async () => {
    const file = join(program.folder, 'token');
    writeFileSync(file, `${ADMIN.token}\n`);
    const without = { env: { AGENT_REGISTRY_TOKEN: '' } };
    expectTrouble(await cli(['list'], without), 1, /401 unauthorized/);
    expectTrouble(await cli(['list', '--token', 'wrong']), 1, /401 unauthorized/);
    expect(await cli(['list', '--token', ADMIN.token], without)).toMatchObject({ code: 0 });
    expect(await cli(['list', '--token-file', file], without)).toMatchObject({ code: 0 });
  });
});

describe('Agents', () => {
  it('are registered, found, changed and deregistered', async () => {
    const options = '--capability cut --capability sew --endpoint api=http://one:1 --metadata team=a=b --category shop';
    const { code, stdout } = await register('one', ...options.split(' '), '--version', '1.2', '--interval', '1200');
    expect({ code, line: stdout }).toEqual({ code: 0, line: expect.stringMatching(/^one\tactive\tart_\S+\n$/) });
    const record = await ask('/agents/one');
    expect(record).toMatchObject({
      name: 'ONE',
      type: 'worker',
      category: 'shop',
      version: '1.2',
      capabilities: ['cut', 'sew'],
      endpoints: { api: 'http://one:1' },
      metadata: { team: 'a=b' },
      heartbeat: { interval_seconds: 1200 },
    });

    const got = await cli(['get', 'one', '--json']);
    expect(got.stdout.endsWith('}\n')).toBe(true);
    expect(JSON.parse(got.stdout)).toEqual(record);
    expect((await cli(['get', 'one'])).stdout).toContain('\nmetadata.team\ta=b\n');

    await register('two', '--capability', 'cut');
    const body = await ask('/agents?type=worker&capability=cut');
    const listed = await cli(['list', '--type', 'worker', '--capability', 'cut', '--json']);
    expect(JSON.parse(listed.stdout)).toEqual(body);
    expect((await cli(['list', '--metadata', 'team=a=b', '--version', '1.2'])).stdout).toMatch(
      /^one\tONE\tworker\tactive\t\d{4}-\d\d-\d\dT[\d:.]+Z\tcut,sew\n$/,
    );
    const found = await cli(['discover', '--capability', 'sew', '--capability', 'cut', '--json']);
    expect(JSON.parse(found.stdout)).toMatchObject({
      total: 1,
      agents: [{ id: 'one' }],
      query: { capabilities: ['sew', 'cut'] },
    });
    expect((await cli(['discover', '--category', 'shop'])).stdout).toMatch(/^one\t/);

    const beaten = await cli([
      'heartbeat',
      'one',
      '--cpu',
      '95',
      '--memory',
      '5',
      '--errors',
      '2',
      '--metric',
      'queue=7',
      '--json',
    ]);
    expect(JSON.parse(beaten.stdout)).toMatchObject({ id: 'one', status: 'active', next_heartbeat_seconds: 1200 });
    expect((await ask('/agents/one')).health).toMatchObject({
      status: 'degraded',
      cpu_percent: 95,
      memory_percent: 5,
      error_count: 2,
      metrics: { queue: 7 },
    });
    expect((await cli(['heartbeat', 'one', '--health', 'healthy'])).stdout).toBe('one\tactive\t1200s\t3600s\n');
    expect((await cli(['status', 'one'])).stdout).toMatch(/^one\tactive\thealthy\t/);
    // A beat's time may still become more exact when it is written.
    const { health } = (await ask('/agents/one')) as { health: object };
    expect(JSON.parse((await cli(['status', 'one', '--json'])).stdout)).toEqual({
      agent_id: 'one',
      status: 'active',
      health: { ...health, last_check: expect.any(String) },
      last_seen: expect.any(String),
    });

    expect((await cli(['status', 'one', 'maintenance', '--reason', 'new disk'])).stdout).toMatch(/^one\tmaintenance\t/);
    const { events } = (await ask('/agents/one/events')) as { events: unknown[] };
    expect(events[0]).toMatchObject({ from: 'active', to: 'maintenance', reason: 'new disk' });
    const set = await cli(['status', 'one', 'active', '--json']);
    expect(JSON.parse(set.stdout)).toMatchObject({ id: 'one', status: 'active', capabilities: ['cut', 'sew'] });
    expectTrouble(await cli(['status', 'one', 'active']), 1, /409 illegal_transition/);

    expect(await cli(['deregister', 'one'])).toMatchObject({ code: 0, stdout: 'one\tderegistered\n' });
    const gone = await cli(['deregister', 'two', '--json']);
    expect(JSON.parse(gone.stdout)).toEqual({ id: 'two', status: 'deregistered' });
    expectTrouble(await cli(['get', 'one']), 4, /404 agent_deregistered/);
    expectTrouble(await cli(['get', 'nobody']), 4, /404 agent_not_found/);
    expectTrouble(await cli(['get', 'one', '--url', `${toService.url}elsewhere`]), 1, /is the URL the root/);
  });

  it('are registered from a JSON body, over which options come, and refused with every field that is wrong', async () => {
    const input = JSON.stringify({
      id: 'from-json',
      name: 'J',
      type: 'worker',
      metadata: { tier: 2 },
      heartbeat: { enabled: false },
    });
    const { stdout } = await cli(['register', '--from', '-', '--name', 'K', '--json'], { input });
    expect(JSON.parse(stdout)).toMatchObject({
      id: 'from-json',
      name: 'K',
      status: 'active',
      token: expect.stringMatching(/^art_/),
    });
    expect(await ask('/agents/from-json')).toMatchObject({
      name: 'K',
      metadata: { tier: 2 },
      heartbeat: { enabled: false },
    });
    const refused = await cli(['register', '--name', '', '--capability', 'a', '--capability', 'a']);
    expectTrouble(
      refused,
      1,
      /register: 400 validation_failed\n.*register: name: .*\n.*register: type: .*\n.*register: capabilities/,
    );
    await cli(['deregister', 'from-json']);
  });

  it('come in pages, or all at once', async () => {
    const agents = Array.from({ length: 5 }, (_, index) => ({ id: `page-${index}`, name: 'P', type: 'page' }));
    await cli(['import', '-'], { input: JSON.stringify(agents) });
    const page = await cli(['list', '--type', 'page', '--limit', '2']);
    expect(page.stdout.split('\n')).toEqual([
      expect.stringMatching(/^page-0\t/),
      expect.stringMatching(/^page-1\t/),
      '',
    ]);
    expect(page.stderr).toBe('2 of 5 agents; --all gives all of them\n');
    const { next_cursor } = JSON.parse((await cli(['list', '--type', 'page', '--limit', '2', '--json'])).stdout) as {
      next_cursor: string;
    };
    expect((await cli(['list', '--type', 'page', '--cursor', next_cursor])).stdout.split('\n')).toHaveLength(4);
    for (const command of ['list', 'discover']) {
      const all = await cli([command, '--type', 'page', '--limit', '2', '--all', '--json']);
      expect(JSON.parse(all.stdout)).toMatchObject({
        agents: agents.map(({ id }) => ({ id })),
        total: 5,
        next_cursor: null,
      });
    }
    expect(await cli(['list', '--type', 'nothing'])).toMatchObject({
      code: 0,
      stdout: '',
      stderr: 'no agent matches\n',
    });
  });

  it('are imported, and rejected with their reasons', async () => {
    const file = join(program.folder, 'agents.csv');
    writeFileSync(file, SMALL_DIRECTORY);
    expect((await cli(['import', file, '--dry-run'])).stdout).toBe(
      'created\t4\nupdated\t0\nunchanged\t0\nrejected\t0\n',
    );
    expect(await statusOf('planner')).toBe('agent_not_found');
    const imported = await cli(['import', file, '--json']);
    expect(imported.code).toBe(0);
    const results = ['planner', 'Night-Watch', 'R-D-Scout', 'live'].map((id, index) => ({
      index,
      id,
      outcome: 'created',
    }));
    expect(JSON.parse(imported.stdout)).toEqual({ results });
    expect(await ask('/agents/planner')).toMatchObject({ status: 'inactive', capabilities: ['plan', 'act', 'learn'] });
    expect((await cli(['import', file])).stdout).toContain('unchanged\t4\n');

    const broken = await cli(['import', '-', '--format', 'csv'], { input: SMALL_DIRECTORY + BROKEN_ROWS });
    expectTrouble(broken, 2, /import: -: line 9: 3 cells where the header has 11\n.*nothing was sent\n/);
    const input = JSON.stringify([
      { id: 'fine', name: 'F', type: 'x' },
      { id: 'wrong', name: '', type: 'x', colour: 'red' },
    ]);
    const partly = await cli(['import', '-'], { input });
    expect(partly).toMatchObject({ code: 1, stdout: 'created\t1\nupdated\t0\nunchanged\t0\nrejected\t1\n' });
    expect(partly.stderr).toMatch(/^rejected wrong: .*colour.*name/);
    expectTrouble(await cli(['import', file, '--token', FLEET.token]), 1, /403 insufficient_scope/);
  });

  it('are drawn on a terminal as wide as it is, in colours, unless nobody wants them', async () => {
    await register('drawn', '--capability', 'x'.repeat(100));
    const draw = async (env: Record<string, string>): Promise<string> => {
      const { code, stdout } = await cli(['list', '--name', 'DRAWN'], { env, stdout: new Captured(60) });
      expect(code).toBe(0);
      return stdout;
    };
    const lines = (await draw({ NO_COLOR: '1' })).split('\n');
    expect(lines[0]).toMatch(/^ID +NAME +TYPE +STATUS +LAST SEEN +CAPABILITIES$/);
    expect(lines[1]).toMatch(/^drawn +DRAWN +worker +active +(now|\d+[smh] ago) +x+…$/);
    expect(lines[1]).toHaveLength(60);
    expect(await draw({})).toContain('\u001b[32mactive\u001b[0m');
    await cli(['deregister', 'drawn']);
  });
});

describe('events --follow', () => {
  it('prints the events that come, through an outage, until Ctrl-C', async () => {
    await register('followed');
    const following = program.start(
      ['events', '--follow', '--json', '--event', 'status_changed', '--filter', 'agent.id == "followed"'],
      { env: environment() },
    );
    const toggle = async (): Promise<void> => {
      await cli(['status', 'followed', 'maintenance']);
      await cli(['status', 'followed', 'active']);
    };
    const printed = (): unknown[] =>
      following.stdout
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as unknown);
    await until('it follows', PATIENCE, async () => {
      await toggle();
      return printed().length > 0;
    });
    await toService.close();
    await toService.open();
    const before = printed().length;
    const since = (to: string): unknown[] =>
      printed()
        .slice(before)
        .filter((event) => (event as { to?: string }).to === to);
    // A request right after the outage may still meet its end.
    await until('it goes on', PATIENCE, async () => {
      await toggle();
      return since('maintenance').length > 0 && since('active').length > 0;
    });
    expect(since('active')[0]).toMatchObject({
      agent_id: 'followed',
      type: 'status_changed',
      cursor: expect.any(String),
    });
    following.signal('SIGINT');
    expect(await following.finished).toMatchObject({ code: 130 });
    expect((await cli(['events', '--follow', '--type', 'worker'])).stderr).toContain('does not go with --follow');
    await cli(['deregister', 'followed']);
  });
});

describe('watch', () => {
  const start = (...args: string[]) => program.start(['watch', ...args], { env: environment() });

  it('prints a line for each change, through an outage, until Ctrl-C', async () => {
    await register('seen');
    const watching = start('--type', 'worker');
    expect((await watching.printed(1))[0]).toMatch(/\tpresent\tseen\tactive$/);
    await register('new');
    expect((await watching.printed(2))[1]).toMatch(/\tappeared\tnew\tactive$/);
    await toService.close();
    await until('it says that nobody answers', PATIENCE, () => watching.stderr.includes('trying again: '));
    await toService.open();
    await until('it says that somebody does', PATIENCE, () => watching.stderr.includes('the registry answers again'));
    await client.setStatus('new', 'maintenance');
    expect((await watching.printed(3))[2]).toMatch(/\tchanged\tnew\tstatus: active -> maintenance$/);
    await client.deregister('new');
    expect((await watching.printed(4))[3]).toMatch(/\tgone\tnew\tmaintenance$/);
    watching.signal('SIGINT');
    expect(await watching.finished).toMatchObject({ code: 130, signal: null });
  });

  it('prints what came and went while the registry was away', async () => {
    await client.register({ id: 'left-alone', name: 'n', type: 'away' });
    const watching = start('--type', 'away', '--json');
    await watching.printed(1);
    await toService.close();
    await client.register({ id: 'brief', name: 'Brief', type: 'away' });
    await client.update('left-alone', { metadata: { shelf: 3 } });
    await client.deregister('brief');
    await toService.open();
    const lines = (await watching.printed(2)).map((line) => JSON.parse(line) as unknown);
    expect(lines[1]).toMatchObject({ change: 'changed', fields: [{ field: 'metadata', from: {}, to: { shelf: 3 } }] });
    await client.deregister('left-alone');
    await client.register({ id: 'left-alone', name: 'n', type: 'away' });
    const [, , gone, appeared] = (await watching.printed(4)).map((line) => JSON.parse(line) as unknown);
    expect(gone).toMatchObject({ change: 'gone', cause: 'deregistered', agent: { metadata: { shelf: 3 } } });
    expect(appeared).toMatchObject({ change: 'appeared', agent: { id: 'left-alone' } });
    watching.signal('SIGINT');
    await watching.finished;
  });

  it('takes --interval, of the time when it asked again and again, with a note', async () => {
    const watching = start('seen', '--interval', '0.1');
    await watching.printed(1);
    expect(watching.stderr).toContain('--interval has no effect any more: the registry sends what changes\n');
    watching.signal('SIGINT');
    await watching.finished;
  });

  it('prints an object a line with --json', async () => {
    const watching = start('--type', 'worker', '--json');
    const [line] = await watching.printed(1);
    expect(JSON.parse(line!)).toEqual({
      at: expect.any(String),
      change: 'present',
      agent: expect.objectContaining({ id: 'seen' }),
    });
    watching.signal('SIGTERM');
    expect(await watching.finished).toMatchObject({ code: 143 });
  });

  it('prints the events of one agent, and ends with it', async () => {
    const watching = start('seen', '--json');
    await watching.printed(1);
    await cli(['status', 'seen', 'maintenance', '--reason', 'tea']);
    const lines = await watching.printed(2);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { type: 'registered', to: 'active' },
      { type: 'status_changed', from: 'active', to: 'maintenance', reason: 'tea' },
    ]);
    await cli(['deregister', 'seen']);
    expect(await watching.finished).toMatchObject({ code: 0, stderr: 'seen is deregistered\n' });
    const afterwards = await start('seen').finished;
    expect(afterwards).toMatchObject({ code: 0, stderr: 'seen is deregistered\n' });
    expect(afterwards.stdout).toMatch(/deregistered\tmaintenance -> deregistered\toperator by ops\t\n$/);
  });

  it('goes on with one agent through an outage, and prints each event once', async () => {
    await register('kept');
    const watching = start('kept', '--json');
    await watching.printed(1);
    await toService.close();
    await client.setStatus('kept', 'maintenance');
    await toService.open();
    await watching.printed(2);
    await client.deregister('kept');
    const { code, stdout } = await watching.finished;
    expect(code).toBe(0);
    const types = stdout
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { type: string }).type);
    expect(types).toEqual(['registered', 'status_changed', 'deregistered']);
    expect(watching.stderr).toMatch(/trying again: .*\nthe registry answers again\nkept is deregistered\n$/);
  });

  it('draws on a terminal, and leaves it as it was', async () => {
    const interruption = new AbortController();
    const screen = new Captured(80, 5);
    const watching = cli(['watch', '--type', 'page'], {
      stdout: screen,
      interruption: interruption.signal,
    });
    await until('it has drawn twice', PATIENCE, () => screen.text.split('\u001b[H').length > 2);
    interruption.abort('SIGINT');
    expect(await watching).toMatchObject({ code: 130, stderr: '' });
    const drawn = screen.text;
    expect(drawn.startsWith('\u001b[?1049h')).toBe(true);
    expect(drawn).toMatch(/5 agents.*\n.*ID.*\n.*page-0.*\n.*4 more/);
    expect(drawn.endsWith('\u001b[?1049l')).toBe(true);
  });
});

describe('sidecar', () => {
  const sidecar = (options: readonly string[], command: readonly string[], url = toService.url): RunningProgram =>
    program.start(['sidecar', '--interval', '1', ...options, '--', ...command], {
      env: { AGENT_REGISTRY_URL: url, AGENT_REGISTRY_TOKEN: FLEET.token },
    });
  /** Prints its number, and waits to be killed. */
  const WAIT = ['sh', '-c', 'echo $$; exec sleep 1000'];
  const isStatus = (id: string, status: string): Promise<void> =>
    until(`${id} is ${status}`, PATIENCE, async () => (await statusOf(id)) === status);
  const healthOf = async (id: string): Promise<Record<string, unknown>> =>
    ((await ask(`/agents/${id}`)).health ?? {}) as Record<string, unknown>;

  /** Waits until nothing has been heard of it for three of its intervals; a day after the last heartbeat it is unhealthy. */
  async function fallsSilent(id: string): Promise<void> {
    const silent = "SELECT FROM agents WHERE id = $1 AND last_seen < now() - interval '3 seconds'";
    await until(`${id} is silent`, PATIENCE, async () => (await database.query(silent, [id])).length > 0);
    const yesterday = new Date(Date.now() - 86_400_000);
    await until(`${id} is unhealthy`, PATIENCE, async () => {
      await wasHeardLast(id, yesterday);
      return (await statusOf(id)) === 'unhealthy';
    });
  }

  async function wasHeardLast(id: string, at: Date): Promise<void> {
    await database.query('UPDATE agents SET last_seen = $2 WHERE id = $1', [id, at]);
    await database.query('UPDATE heartbeat_sweep SET listening_since = $1', [at]);
  }

  /** A command that goes on until {@link release}, and what it does then. */
  const held = (id: string, then: string): readonly string[] => [
    'sh',
    '-c',
    `until [ -e "${latch(id)}" ]; do sleep 0.1; done; ${then}`,
  ];
  const release = (id: string): void => writeFileSync(latch(id), '');
  const latch = (id: string): string => join(program.folder, `release-${id}`);

  // Most of their time they wait for heartbeats, so they wait together.
  const stories: Readonly<Record<string, () => Promise<void>>> = {
    'beats for the command while it lives, with what it uses, and not a moment longer': async () => {
      const options = ['--id', 'busy', '--name', 'Busy', '--capability', 'spin', '--metadata', 'a=b'];
      const running = sidecar(options, ['sh', '-c', 'echo $$; while :; do :; done']);
      const [pid] = await running.printed(1);
      await until('it has reported', PATIENCE, async () => Number((await healthOf('busy')).cpu_percent) > 1);
      expect(await ask('/agents/busy')).toMatchObject({
        name: 'Busy',
        type: 'process',
        status: 'active',
        capabilities: ['spin'],
        metadata: { a: 'b' },
        health: { metrics: { processes: 1, resident_bytes: expect.any(Number) } },
      });
      process.kill(Number(pid), 'SIGSTOP'); // it has been busy for long enough
      const yesterday = new Date(Date.now() - 86_400_000);
      await wasHeardLast('busy', yesterday);
      await until('the next heartbeat has come', PATIENCE, async () => {
        const { last_seen, status } = await ask('/agents/busy');
        return Date.parse(String(last_seen)) > yesterday.getTime() && status === 'active';
      });
      process.kill(Number(pid), 'SIGKILL');
      expect(await running.finished).toMatchObject({ code: 137, signal: null });
      expect(await ask('/agents/busy')).toMatchObject({
        health: { status: 'unhealthy' },
        metadata: { a: 'b', last_exit: { reason: 'killed by SIGKILL', at: expect.any(String) } },
      });
      await fallsSilent('busy');
    },

    'keeps an agent that failed under its own id until it is started again': async () => {
      expect(await sidecar(['--id', 'failed'], ['sh', '-c', 'exit 3']).finished).toMatchObject({ code: 3 });
      expect(await ask('/agents/failed')).toMatchObject({
        health: { status: 'unhealthy' },
        metadata: { last_exit: { reason: 'exit code 3' } },
      });
      await fallsSilent('failed');
      const again = sidecar(['--id', 'failed', '--on-failure', 'deregister'], WAIT);
      const [pid] = await again.printed(1);
      await isStatus('failed', 'active');
      expect((await ask('/agents/failed')).metadata).toEqual({});
      process.kill(Number(pid), 'SIGTERM');
      expect(await again.finished).toMatchObject({ code: 143 });
      expect(await statusOf('failed')).toBe('deregistered');
    },

    'leaves no agent that beats when it is itself killed with -9; the command runs on': async () => {
      const running = sidecar(['--id', 'orphan'], WAIT);
      const [pid] = await running.printed(1);
      await isStatus('orphan', 'active');
      running.signal('SIGKILL');
      await fallsSilent('orphan');
      expect(() => process.kill(Number(pid), 0)).not.toThrow();
      process.kill(Number(pid), 'SIGKILL');
      expect(await running.finished).toMatchObject({ signal: 'SIGKILL' });
    },

    'runs the command whether the registry is there or not, and registers it when it is': async () => {
      const relay = await TcpRelay.to(service.url);
      const running = sidecar(['--id', 'early'], WAIT, relay.url);
      await running.printed(1);
      await until('it says that nobody answers', PATIENCE, () =>
        running.stderr.includes('the agent is not registered: '),
      );
      await relay.open();
      await isStatus('early', 'active');
      await relay.close();
      await until('it says that nobody hears it', PATIENCE, () =>
        running.stderr.includes('the heartbeats do not arrive: '),
      );
      await fallsSilent('early');
      await relay.open();
      await isStatus('early', 'active');
      running.signal('SIGTERM');
      expect(await running.finished).toMatchObject({ code: 143 });
      expect(await statusOf('early')).toBe('deregistered');
      await relay.close();
    },

    'says what the registry has against the agent, once, and runs the command all the same': async () => {
      const running = sidecar(['--id', 'not an id'], held('wrong', 'exit 6'));
      await until('it has been refused', PATIENCE, () => running.stderr.includes('\n'));
      release('wrong');
      const { code, stderr } = await running.finished;
      expect(code).toBe(6);
      expect(
        stderr.match(/^agent-registry sidecar: the agent is not registered: 400 validation_failed; id: .*\n/gm),
      ).toHaveLength(1);
    },
  };
  const told = new Map<string, Promise<void>>();
  const expectToPass = async (name: string): Promise<void> => told.get(name);
  beforeAll(() => {
    for (const [name, story] of Object.entries(stories)) {
      told.set(name, story());
      told.get(name)!.catch(() => undefined); // its test will say so
    }
  });

  it('gives the command its arguments, input, output and exit code, and deregisters the agent when it ended well', async () => {
    const input = 'to the command\n';
    const env = { AGENT_REGISTRY_URL: toService.url, AGENT_REGISTRY_TOKEN: FLEET.token };
    const command = ['sh', '-c', 'cat; echo "$@" >&2', 'sh', '--id', '-h'];
    const ran = await program.run(['sidecar', '--id', 'well', '--', ...command], { input, env });
    // On a busy machine the registry may ask for patience before it takes the agent in.
    const stderr = ran.stderr.replaceAll(/^agent-registry sidecar: .*\n/gm, '');
    expect({ ...ran, stderr }).toMatchObject({ code: 0, stdout: input, stderr: '--id -h\n' });
    expect(await statusOf('well')).toBe('deregistered');
  });

  it('deregisters an agent that failed when it has no id to come back under', async () => {
    const running = sidecar(['--name', 'nameless'], ['sh', '-c', 'echo; read -r line; exit 3'], toService.url);
    expect(await running.finished).toMatchObject({ code: 3 });
    expect(await ask('/agents?name=nameless')).toMatchObject({ total: 0 });
    const events = await database.query<{ type: string; to_status: string }>(
      `SELECT e.type FROM agent_events e JOIN agents a ON a.id = e.agent_id WHERE a.name = 'nameless' ORDER BY e.revision`,
    );
    expect(events.map(({ type }) => type)).toEqual(['registered', 'updated', 'deregistered']);
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'passes %s on to the command, and takes such an end for meant',
    async (signal) => {
      const running = sidecar(['--id', signal], WAIT);
      await running.printed(1);
      await isStatus(signal, 'active');
      running.signal(signal);
      const { code } = await running.finished;
      expect(code).toBe({ SIGTERM: 143, SIGINT: 130, SIGHUP: 129 }[signal]);
      expect(await statusOf(signal)).toBe('deregistered');
    },
  );

  // Which of the two sees it first is not said; nor is it where `timeout` sends it twice.
  it.each([
    ['the command first', "sh -c 'kill -TERM $$; sleep 1000'", []],
    ['the command, and its shell says 143', 'sh -c "exit 143"', []],
    ['all at once', 'sleep 1000', ['group']],
    ['all at once, and the sidecar again', 'sleep 1000', ['group', 'SIGTERM']],
    ['the sidecar, twice', 'sleep 1000', ['SIGTERM', 'SIGTERM']],
  ] as const)('leaves no agent behind when SIGTERM gets to %s', async (name, command, signals) => {
    const ids = Array.from({ length: 4 }, (_, serial) => `${name.replaceAll(/\W+/g, '-')}-${serial}`);
    const ended = ids.map(async (id, serial) => {
      const running = sidecar(['--id', id], ['sh', '-c', `echo up; exec ${command}`]);
      await running.printed(1);
      if (serial % 2 === 0 && signals.length > 0) await isStatus(id, 'active'); // else it is being registered
      for (const signal of signals) running.signal(signal === 'group' ? 'SIGTERM' : signal, signal === 'group');
      expect(await running.finished).toMatchObject({ code: 143 });
      return statusOf(id);
    });
    for (const status of await Promise.all(ended)) expect(['deregistered', 'agent_not_found']).toContain(status);
  });

  it('lets a command that a shell has told to ignore SIGHUP outlive its terminal', async () => {
    const running = sidecar(
      ['--id', 'hung-up'],
      ['sh', '-c', 'trap "" HUP; exec "$@"', 'sh', 'sh', '-c', 'echo up; exec sleep 1000'],
    );
    await running.printed(1);
    await isStatus('hung-up', 'active');
    running.signal('SIGHUP', true);
    running.signal('SIGTERM'); // comes after it
    expect(await running.finished).toMatchObject({ code: 143 });
    expect(['deregistered', 'agent_not_found']).toContain(await statusOf('hung-up'));
  });

  it('does not make anybody wait for a registry that is not there', async () => {
    const nobody = `http://127.0.0.1:${await freePort()}`;
    const running = sidecar([], held('nobody', 'echo done; exit 5'), nobody);
    await until('it says that nobody answers', PATIENCE, () =>
      running.stderr.includes('the agent is not registered: '),
    );
    release('nobody');
    // Its limit is longer than the test's: it would be seen to wait.
    expect(await running.finished).toMatchObject({ code: 5, stdout: 'done\n' });
  });

  it('ends as shells do when the command cannot be run, and registers nothing', async () => {
    expect(await sidecar(['--id', 'none'], ['no-such-command']).finished).toMatchObject({
      code: 127,
      stderr: 'agent-registry sidecar: no-such-command: command not found\n',
    });
    mkdirSync(join(program.folder, 'a-folder'));
    expect(await sidecar(['--id', 'none'], ['./a-folder']).finished).toMatchObject({ code: 126 });
    writeFileSync(join(program.folder, 'script-of-windows'), '#!/bin/sh\r\nexit 0\r\n', { mode: 0o755 });
    expect(await sidecar(['--id', 'none'], ['./script-of-windows']).finished).toMatchObject({
      code: 126,
      stderr: expect.stringContaining('./script-of-windows: the interpreter that its first line names is not there'),
    });
    expect(await statusOf('none')).toBe('agent_not_found');
  });

  it.each(Object.keys(stories))('%s', expectToPass);
});

describe('Tokens', () => {
  it('are made for clients, with the entry that the registry takes', async () => {
    const options = ['--scope', 'read', '--scope', 'agent', '--not-before', '0m', '--expires', '90d'];
    const made = await cli(['token', 'create', 'data-team', ...options], {
      env: { AGENT_REGISTRY_URL: 'http://127.0.0.1:1' },
    });
    expect(made.code).toBe(0);
    const [token, entry, ...rest] = made.stdout.split('\n');
    expect([rest, made.stderr]).toEqual([[''], expect.stringContaining('hand it over now')]);
    const other = JSON.parse((await cli(['token', 'create', 'ops', '--scope', 'operate', '--json'])).stdout) as {
      token: string;
      entry: object;
    };
    const env = {
      DATABASE_URL: database.url,
      AUTH_MODE: 'token',
      AUTH_TOKENS: `[${entry},${JSON.stringify(other.entry)}]`,
    };
    const own = await ServiceProcess.start({ env });
    const whoami = (given: string): Promise<Finished> => cli(['whoami', '--url', own.url, '--token', given]);
    const { stdout } = await whoami(token!);
    expect(stdout).toMatch(/^name\tdata-team\nkind\tclient\nscopes\tread agent\nwhere\t\nexpires_at\t\d{4}-.*Z\n$/);
    expect((await whoami(other.token)).stdout).toBe(
      'name\tops\nkind\tclient\nscopes\toperate\nwhere\t\nexpires_at\t\n',
    );
    await own.stop();
  });

  it('of agents are replaced', async () => {
    const own = (await register('own-token')).stdout.trim().split('\t').at(-1)!;
    const first = await cli(['token', 'rotate', 'own-token', '--token', own]);
    expect(first).toMatchObject({ code: 0, stdout: expect.stringMatching(/^art_[\w-]{43}\n$/) });
    expect(first.stderr).toMatch(/^The token before is accepted until .*Z\.\n$/);
    const second = await cli(['token', 'rotate', 'own-token', '--overlap', '0', '--json']);
    expect(JSON.parse(second.stdout)).toMatchObject({ id: 'own-token', previous_valid_until: null });
    for (const before of [own, first.stdout.trim()])
      expectTrouble(await cli(['whoami', '--token', before]), 1, /401 unauthorized/);
    expectTrouble(await cli(['token', 'rotate', 'nobody']), 4, /agent_not_found/);
  });
});

describe('health', () => {
  it('tells how the service is, and says no when it cannot serve', async () => {
    const well = await cli(['health', '--json']);
    expect(well.code).toBe(0);
    expect(JSON.parse(well.stdout)).toMatchObject({ status: 'healthy', details: { database: { status: 'up' } } });
    expect((await cli(['health'])).stdout).toMatch(/^status\thealthy\n(.*\n)*database\tup/);
    await toDatabase.close();
    await until('it is unhealthy', PATIENCE, async () => (await ask('/health')).status === 'unhealthy');
    expect(await cli(['health'])).toMatchObject({ code: 1, stdout: expect.stringMatching(/^status\tunhealthy\n/) });
    await toDatabase.open();
  });
});
