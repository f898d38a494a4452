import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse as parseCsv } from 'csv-parse/sync';
import { parse as parseYaml } from 'yaml';
import { listOf, sha256, type TestToken } from '../../../test/support/access';
import { Court } from '../../../test/support/court';
import { freePort } from '../../../test/support/free-port';
import { PATIENCE } from '../../../test/support/patience';
import { ServiceProcess } from '../../../test/support/service-process';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database';
import { until } from '../../../test/support/until';
import { AgentRegistryClient } from '../src/client';
import type { Agent, AgentRegistration } from '../src/types';
import type { Finished } from './support/installed-program';
import { type CallOptions, Captured, runInProcess } from './support/program-in-process';

const ADMIN: TestToken = { name: 'ops', token: 'token-of-ops-7Rq1', scopes: ['admin'] };
const FLEET: TestToken = { name: 'fleet', token: 'token-of-fleet-3Lx8', scopes: ['agent', 'read'] };
const SIZE = 300;
const TEAMS = ['data', 'web', 'core'];
const INTERVAL_SECONDS = 600;

let database: TestDatabase;
let court: Court;
let service: ServiceProcess;
let client: AgentRegistryClient;
let folder: string;

const nameOf = (index: number): string => `agent-${String(index).padStart(3, '0')}`;

/** The agents of the fleet: three teams, ten hosts, two types. */
const definition = (index: number): AgentRegistration & { id: string } => ({
  id: nameOf(index),
  name: `Agent ${index}`,
  type: index % 2 === 0 ? 'worker' : 'router',
  category: 'shop',
  version: `1.${index}.0`,
  capabilities: ['cut', 'sew'],
  endpoints: { api: `http://h${index % 10}:1` },
  metadata: { team: TEAMS[index % 3], host: `h${index % 10}`, tier: 2, note: 'says "so", always' },
  heartbeat: { interval_seconds: INTERVAL_SECONDS },
});
const idsWhere = (matches: (index: number) => boolean): string[] =>
  Array.from({ length: SIZE }, (_, index) => index)
    .filter(matches)
    .map(nameOf);

beforeAll(async () => {
  [database, court] = await Promise.all([createTestDatabase(), Court.start()]);
  folder = mkdtempSync(join(tmpdir(), 'everyday-'));
  const ending = { name: 'ci', sha256: sha256('x'.repeat(40)), scopes: ['read'], expires_at: '2099-01-31T00:00:00Z' };
  const sooner = { ...ending, name: 'a "partner"', sha256: sha256('y'.repeat(40)), expires_at: '2098-01-31T00:00:00Z' };
  const tokens = JSON.parse(listOf([ADMIN, FLEET])) as unknown[];
  service = await ServiceProcess.start({
    env: {
      DATABASE_URL: database.url,
      SERVER_HOST: '127.0.0.1',
      AUTH_MODE: 'token',
      AUTH_TOKENS: JSON.stringify([...tokens, ending, sooner]),
      TRIFECTA_COURT_URL: court.url,
      HEARTBEAT_TIMEOUT_SECONDS: '1800', // silence is made by moving the clock, see `fallSilent`
      HEARTBEAT_INACTIVE_AFTER_SECONDS: '31536000',
      HEARTBEAT_SWEEP_INTERVAL_SECONDS: '1',
    },
  });
  client = new AgentRegistryClient({ url: service.url, token: FLEET.token, timeoutMs: PATIENCE * 1000 });
  await Promise.all(Array.from({ length: SIZE }, (_, index) => client.register(definition(index))));
}, 600_000);

afterAll(async () => {
  await ServiceProcess.killAll();
  await court?.stop();
  await database?.drop();
  if (folder) rmSync(folder, { recursive: true });
});

/** One command of the administrator. */
function cli(args: readonly string[], { env, ...options }: CallOptions = {}): Promise<Finished> {
  return runInProcess(args, {
    ...options,
    env: { AGENT_REGISTRY_URL: service.url, AGENT_REGISTRY_TOKEN: ADMIN.token, ...env },
  });
}

/** What a command prints that goes well. */
async function told(args: readonly string[], options?: CallOptions): Promise<string> {
  const { code, stdout, stderr } = await cli(args, options);
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

const json = async <T>(args: readonly string[]): Promise<T> => JSON.parse(await told([...args, '--json'])) as T;
/** The first cell of each line. */
const firsts = (stdout: string): string[] =>
  stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split('\t')[0]!);
const statusOf = async (id: string): Promise<string> => (await client.agentHealth(id)).status;

/** As if nothing had been heard of them for a day. */
async function fallSilent(...ids: string[]): Promise<void> {
  const yesterday = new Date(Date.now() - 86_400_000);
  await until(`${ids.join(', ')} are unhealthy`, PATIENCE, async () => {
    await database.query('UPDATE agents SET last_seen = $2 WHERE id = ANY ($1)', [ids, yesterday]);
    await database.query('UPDATE heartbeat_sweep SET listening_since = $1', [yesterday]);
    return (await Promise.all(ids.map(statusOf))).every((status) => status === 'unhealthy');
  });
}

describe('The ten everyday tasks are one command each:', () => {
  it('the unhealthy agents of a team, silent or unwell', async () => {
    // 0, 3 and 6 are of the team data, 1 is not.
    await client.heartbeat(nameOf(3), { status: 'unhealthy', message: 'the disk is full' });
    await client.heartbeat(nameOf(6), { status: 'degraded' });
    await fallSilent(nameOf(0), nameOf(1));
    expect(firsts(await told(['list', '--unhealthy', '--metadata', 'team=data']))).toEqual([nameOf(0), nameOf(3)]);
  });

  it('drain a host', async () => {
    const drained = idsWhere((index) => index % 10 === 4);
    const command = ['status', 'maintenance', '--metadata', 'host=h4', '--reason', 'new disk', '--yes'];
    expect(await told(command)).toBe(`set\t${drained.length}\nunchanged\t0\nfailed\t0\n`);
    expect(firsts(await told(['list', '--status', 'maintenance', '--all']))).toEqual(drained);
    // It lasts: what registers again stays in maintenance.
    expect((await client.register(definition(4))).status).toBe('maintenance');
    expect(await told(command)).toBe(`set\t0\nunchanged\t${drained.length}\nfailed\t0\n`);
  });

  it('watch changes', async () => {
    const interruption = new AbortController();
    const stdout = new Captured();
    const args = ['watch', '--metadata', 'host=h5', '--interval', '0.1', '--format', 'ndjson'];
    const watching = cli(args, { stdout, interruption: interruption.signal });
    const lines = (): unknown[] =>
      stdout.text
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as unknown);
    await until('it has looked', PATIENCE, () => lines().length === SIZE / 10);
    await client.update(nameOf(5), { version: '2.0.0' });
    await until('it has seen the change', PATIENCE, () => lines().length > SIZE / 10);
    interruption.abort('SIGINT');
    expect(await watching).toMatchObject({ code: 130 });
    expect(lines().at(-1)).toMatchObject({
      change: 'changed',
      agent: { id: nameOf(5) },
      fields: [{ field: 'version', from: '1.5.0', to: '2.0.0' }],
    });
  });

  it('export everything as CSV', async () => {
    const text = await told(['list', '--all', '--full', '--format', 'csv']);
    const rows = parseCsv(text, { columns: true }) as Record<string, string>[];
    expect(rows.map(({ id }) => id)).toEqual(idsWhere(() => true));
    expect(rows[8]).toMatchObject({
      name: 'Agent 8',
      status: 'active',
      capabilities: 'cut;sew',
      'endpoints.api': 'http://h8:1',
      'metadata.team': 'core',
      'metadata.note': 'says "so", always',
      'health.status': 'unknown',
      'heartbeat.interval_seconds': String(INTERVAL_SECONDS),
    });
  });

  it('who deregistered an agent, and when', async () => {
    await told(['deregister', nameOf(299)]);
    expect(await told(['events', nameOf(299), '--event', 'deregistered'])).toMatch(
      /^\d{4}-\d\d-\d\dT[\d:.]+Z\tderegistered\tactive -> deregistered\toperator by ops\t\n$/,
    );
    await client.register(definition(299));
  });

  it('rename an agent', async () => {
    expect(await told(['rename', nameOf(7), 'The seventh'])).toMatch(/^agent-007\tThe seventh\trouter\tactive\t/);
    const { name, metadata } = await client.get(nameOf(7));
    expect({ name, metadata }).toEqual({ name: 'The seventh', metadata: definition(7).metadata });
  });

  it('maintenance by filter, of which one is refused', async () => {
    await told(['status', nameOf(12), 'quarantined']); // from which only active leads back
    const args = ['status', 'maintenance', '--type', 'worker', '--metadata', 'host=h2', '--yes', '--json'];
    const { code, stdout, stderr } = await cli(args);
    expect(code).toBe(1);
    expect(stderr).toBe(`failed ${nameOf(12)}: ${JSON.parse(stdout).results[1].detail}\n`);
    const ids = idsWhere((index) => index % 10 === 2);
    expect(JSON.parse(stdout)).toEqual({
      status: 'maintenance',
      results: ids.map((id) =>
        id === nameOf(12)
          ? { id, outcome: 'failed', status: 'quarantined', code: 'illegal_transition', detail: expect.any(String) }
          : { id, outcome: 'set', status: 'maintenance' },
      ),
    });
    expect(await statusOf(nameOf(12))).toBe('quarantined');
    expect(await statusOf(nameOf(22))).toBe('maintenance');
  });

  it('why an agent is unhealthy', async () => {
    const silent = await told(['why', nameOf(0)]);
    expect(silent).toMatch(/^id\tagent-000\nstatus\tunhealthy\nsince\t.*Z\nchange\tactive -> unhealthy\nby\tsilence\b/);
    expect(silent).toMatch(/\nmissed_beats\t14\d of 600 s, timeout 1800 s\n/);
    expect(await told(['why', nameOf(3)])).toMatch(/\nhealth\tunhealthy\nmessage\tthe disk is full\n/);
    expect(await told(['why', nameOf(4)])).toMatch(/\nby\toperator by ops\nreason\tnew disk\n/);
  });

  it('who depends on whom, and what breaks', async () => {
    const depends_on = [
      { agent: 'needed', name: 'rows' },
      { agent: 'missing', required: false },
    ];
    await client.register({ id: 'needed', name: 'Needed', type: 'store', capabilities: ['rare'] });
    await client.register({ id: 'needs', name: 'Needs', type: 'front', depends_on });
    const line = 'needs\tneeded\trows\tyes\tsatisfied\n';
    await until('it is known', PATIENCE, async () => (await cli(['deps', 'needs'])).stdout.startsWith(line));
    const all = `${line}needs\t\tagent missing\tno\tunsatisfied\n`;
    expect(await told(['deps', 'needs'])).toBe(all);
    expect(await told(['dependents', 'needed', '--depth', '2'])).toBe(all);
    const { stdout, stderr } = await cli(['impact', 'needed']);
    expect({ stdout, stderr }).toEqual({
      stdout: 'breaks\tneeds\tneeded\n',
      stderr: '0 others would notice nothing\nno other agent has: rare\n',
    });
    expect(await told(['impact', '--filter', 'agent.id == "needed"'])).toBe('breaks\tneeds\tneeded\n');
    expect(await told(['graph'])).toMatch(/^digraph agents \{\n[^]*"needs" -> "needed";\n\}\n$/);
    expect(await told(['graph', '--format', 'mermaid'])).toMatch(/^flowchart LR\n/);
    expect(JSON.parse(await told(['graph', '--json']))).toMatchObject({ nodes: [{ id: 'needed' }, { id: 'needs' }] });
    expect(await cli(['deregister', 'needed', '--if-safe'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('would_break'),
    });
    for (const id of ['needs', 'needed']) expect((await cli(['deregister', id, '--if-safe'])).code).toBe(0);
  });

  it('compare two agents', async () => {
    const { code, stdout, stderr } = await cli(['diff', nameOf(20), nameOf(40)]);
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: 'name\tAgent 20\tAgent 40\nversion\t1.20.0\t1.40.0\nmetadata.team\tcore\tweb\n',
      stderr: '',
    });
    expect(await told(['diff', nameOf(20), nameOf(20)])).toBe('');
  });

  it('wait until an agent is active', async () => {
    const waiting = cli(['wait', 'late', '--timeout', String(PATIENCE)]);
    await client.register({ id: 'late', name: 'Late', type: 'worker' });
    expect(await waiting).toMatchObject({ code: 0, stdout: expect.stringMatching(/^late\tactive\tunknown\t/) });
    const gone = cli(['wait', 'late', '--status', 'deregistered', '--timeout', String(PATIENCE)]);
    await client.deregister('late');
    expect(await gone).toMatchObject({ code: 0, stdout: 'late\tderegistered\n' });
  });
});

describe('Statuses of many agents', () => {
  const CORE = ['status', 'maintenance', '--metadata', 'host=h9', '--metadata', 'team=core'];
  const ids = idsWhere((index) => index % 10 === 9 && index % 3 === 2);

  it('are only shown with --dry-run', async () => {
    const { code, stdout, stderr } = await cli([...CORE, '--dry-run']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: ids.map((id) => `${id}\tactive\tmaintenance\n`).join('') });
    expect(stderr).toBe(`dry run: ${ids.length} agents would be set to maintenance, 0 are it already\n`);
    expect(await json([...CORE, '--dry-run'])).toMatchObject({ dry_run: true, agents: { length: ids.length } });
    expect(await statusOf(ids[0]!)).toBe('active');
  });

  it.each(['n\n', '\n', '', 'yesterday\n'])('are left as they are when the answer is %j', async (input) => {
    const { code, stdout, stderr } = await cli(CORE, { isInteractive: true, input });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(`Set 10 agents to maintenance (${ids.join(', ')})? [y/N] nothing was changed\n`);
    expect(await statusOf(ids[0]!)).toBe('active');
  });

  it('are set when it is yes', async () => {
    expect(await told(CORE, { isInteractive: true, input: 'y\n' })).toBe('set\t10\nunchanged\t0\nfailed\t0\n');
    expect(await told(['status', 'active', ...CORE.slice(2), '--yes', '--format', 'csv'])).toBe(
      `id,outcome,status\n${ids.map((id) => `${id},set,active\n`).join('')}`,
    );
  });

  it('are nobody’s when no agent matches', async () => {
    expect(await cli(['status', 'active', '--type', 'nothing', '--yes'])).toMatchObject({
      code: 0,
      stderr: 'no agent matches\n',
    });
  });

  it('are refused to who may not set them, for each agent', async () => {
    const { code, stderr } = await cli([...CORE, '--yes'], { env: { AGENT_REGISTRY_TOKEN: FLEET.token } });
    expect(code).toBe(1);
    expect(stderr.match(/insufficient_scope/g)).toHaveLength(ids.length);
  });
});

describe('Results', () => {
  const LIST = ['list', '--metadata', 'host=h7', '--metadata', 'team=web'];
  const ids = idsWhere((index) => index % 10 === 7 && index % 3 === 1);

  it('are JSON, a line an agent, YAML or CSV', async () => {
    const page = await json<{ agents: object[]; total: number }>(LIST);
    expect(page).toMatchObject({ agents: ids.map((id) => ({ id })), total: ids.length, next_cursor: null });
    expect(parseYaml(await told([...LIST, '--format', 'yaml']))).toEqual(page);
    const lines = (await told([...LIST, '--format', 'ndjson'])).split('\n').slice(0, -1);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(page.agents);
    const rows = parseCsv(await told([...LIST, '--format', 'csv']), { columns: true }) as Record<string, string>[];
    expect(rows.map(({ id }) => id)).toEqual(ids);
    expect(parseYaml(await told(['get', ids[0]!, '--format', 'yaml']))).toEqual(await json(['get', ids[0]!]));
    expect((await told(['overview', '--format', 'csv'])).split('\n')).toHaveLength(3);
    expect(await told(['list', '--type', 'nothing', '--format', 'csv'])).toBe('');
  });

  it('come one by one in each of them from watch', async () => {
    for (const [format, first, count] of [
      ['yaml', '---', 2],
      ['csv', 'revision,occurred_at,type,from,to,cause,actor.kind,actor.name', 1],
    ] as const) {
      const stdout = new Captured();
      const interruption = new AbortController();
      const watching = cli(['watch', nameOf(0), '--format', format], { stdout, interruption: interruption.signal });
      await until('its events are there', PATIENCE, () => stdout.text.includes('unhealthy'));
      interruption.abort('SIGINT');
      expect(await watching).toMatchObject({ code: 130 });
      expect(stdout.text.startsWith(first)).toBe(true);
      expect(stdout.text.split(first)).toHaveLength(count + 1);
    }
  });

  it('are in the order that was asked for, of all that match', async () => {
    const sorted = (...args: string[]): Promise<string[]> => told(['list', ...args]).then(firsts);
    expect(await sorted('--sort', 'version:desc', '--limit', '2')).toEqual([nameOf(5), nameOf(299)]); // 2.0.0, 1.299.0
    expect(await sorted('--sort', 'type', '--sort', 'id:desc', '--limit', '1')).toEqual([nameOf(299)]);
    expect(await sorted('--full', '--sort', 'metadata.team', '--sort', 'id', '--limit', '2')).toEqual([
      nameOf(2),
      nameOf(5),
    ]);
    expect(await sorted('--sort', 'last_seen', '--limit', '2')).toEqual([nameOf(0), nameOf(1)]);
    expect((await cli(['list', '--sort', 'id', '--limit', '2'])).stderr).toBe(
      '2 of 300 agents; --all gives all of them\n',
    );
    expect(firsts(await told(['discover', '--capability', 'cut', '--sort', 'name:desc', '--limit', '1']))).toEqual([
      nameOf(7), // The seventh
    ]);
  });

  it('are of the agents for which an expression is true', async () => {
    const filter = 'agent.metadata.tier == 2 && agent.id.endsWith("77")';
    const matching = [nameOf(77), nameOf(177), nameOf(277)];
    expect(firsts(await told(['list', '--filter', filter]))).toEqual(matching);
    expect(firsts(await told(['discover', '--filter', filter, '--type', 'router']))).toEqual(matching);
    expect(await cli(['list', '--filter', 'agent.staus == "x"'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('list: 400 invalid_filter'),
    });
  });

  it('are counted, also by the values that agents have', async () => {
    expect(await told(['count', '--filter', 'agent.metadata.tier == 2'])).toBe(`${SIZE}\n`);
    expect(await told(['count', '--by', 'type', '--by', 'metadata.team', '--format', 'csv'])).toBe(
      [
        'by,value,count',
        'type,router,150',
        'type,worker,150',
        ...TEAMS.toSorted().map((team) => `metadata.team,${team},100`),
        '',
      ].join('\n'),
    );
    const facets = await json<{ facets: { other_count: number }[] }>([
      'count',
      '--by',
      'metadata.host',
      '--limit',
      '3',
    ]);
    expect(facets.facets.map(({ other_count }) => other_count)).toEqual([210]);
  });

  it('are exported whole, or with some members', async () => {
    const lines = (await told(['export', '--metadata', 'host=h4'])).split('\n').slice(0, -1);
    const records = lines.map((line) => JSON.parse(line) as Agent);
    expect(records.map(({ id }) => id)).toEqual(Array.from({ length: 30 }, (_, index) => nameOf(index * 10 + 4)));
    expect(records[0]).toMatchObject({
      metadata: { tier: 2 },
      health: expect.anything(),
      heartbeat: expect.anything(),
    });
    const fields = ['--metadata', 'host=h4', '--fields', 'name'];
    const whole = JSON.parse(await told(['export', ...fields, '--format', 'json'])) as unknown[];
    expect(whole).toEqual(records.map(({ id, name }) => ({ id, name })));
    expect(JSON.parse(await told(['export', '--type', 'nothing', '--format', 'json']))).toEqual([]);
    expect(parseCsv(await told(['export', ...fields, '--format', 'csv']))).toHaveLength(31);
  });

  it('are in an order of the registry, with the members that are wanted', async () => {
    const query = ['list', '--metadata', 'host=h4', '--limit', '2', '--order-by', 'id desc'];
    expect(firsts(await told(query))).toEqual([nameOf(294), nameOf(284)]);
    const { agents } = await json<{ agents: object[] }>([...query, '--fields', 'metadata']);
    expect(agents.map((agent) => Object.keys(agent))).toEqual([
      ['id', 'metadata'],
      ['id', 'metadata'],
    ]);
    expect(await cli([...query, '--fields', 'metadata'])).toMatchObject({ code: 2 });
  });

  it('are of several healths', async () => {
    const listed = firsts(await told(['list', '--health', 'unhealthy', '--health', 'degraded']));
    expect(listed).toEqual([nameOf(3), nameOf(6)]);
  });
});

describe('Registrations', () => {
  it('go round: what get prints, register takes', async () => {
    const before = await json<Agent>(['get', nameOf(60)]);
    const again = await told(['register', '--from', '-', '--json'], { input: JSON.stringify(before) });
    expect(JSON.parse(again)).toMatchObject({ id: nameOf(60), status: 'active' });
    const after = await json<Agent>(['get', nameOf(60)]);
    const ofMoment = { last_seen: null, health: null, heartbeat: null };
    expect({ ...after, ...ofMoment }).toEqual({ ...before, ...ofMoment });
    expect(after.heartbeat.interval_seconds).toBe(INTERVAL_SECONDS);
    const file = join(folder, 'copy.json');
    writeFileSync(file, JSON.stringify({ ...before, category: null }));
    await told(['register', '--from', file, '--id', 'copy']);
    expect(await client.get('copy')).toMatchObject({ name: 'Agent 60', category: null, version: '1.60.0' });
    await told(['deregister', 'copy']); // it is its own: ops registered it
    // A body that is no record is sent as it stands.
    const wrong = { id: 'x', name: 'X', type: 'y', status: 'active' };
    expect(await cli(['register', '--from', '-'], { input: JSON.stringify(wrong) })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('register: status: '),
    });
  });

  it('are changed in what is said, and in nothing else', async () => {
    const change = ['--version', '3.0.0', '--metadata', 'host=h99', '--unset', 'metadata.note', '--unset', 'category'];
    const input = JSON.stringify({ metadata: { tier: 3 }, heartbeat: { interval_seconds: 900 } });
    expect(await told(['update', nameOf(50), ...change, '--from', '-'], { input })).toMatch(/^agent-050\tAgent 50\t/);
    const { version, category, metadata, heartbeat, capabilities, endpoints } = await client.get(nameOf(50));
    expect({ version, category, metadata, capabilities, endpoints }).toEqual({
      version: '3.0.0',
      category: null,
      metadata: { team: 'core', host: 'h99', tier: 3 },
      capabilities: ['cut', 'sew'],
      endpoints: { api: 'http://h0:1' },
    });
    expect(heartbeat.interval_seconds).toBe(900);
    expect(await told(['events', nameOf(50), '--event', 'updated'])).toMatch(
      /\tupdated\t(?=.*version)(?=.*category)(?=.*metadata)(?=.*heartbeat)[\w,]+\toperator by ops\t\n$/,
    );
    expect(await cli(['update', 'nobody', '--version', '1'])).toMatchObject({ code: 4 });
  });
});

describe('Logs', () => {
  it('show the events of all agents that match, of a time and by a name', async () => {
    const command = 'events --metadata host=h4 --event status_changed --by ops --since 1d'.split(' ');
    const { events } = await json<{ events: { agent_id: string; revision: number }[] }>(command);
    expect(events.map(({ agent_id }) => agent_id).toSorted()).toEqual(idsWhere((index) => index % 10 === 4));
    expect(events).toEqual(events.toSorted((a, b) => b.revision - a.revision));
    expect(firsts(await told(['events', nameOf(4), '--limit', '1']))).toHaveLength(1);
    expect(await told(['events', nameOf(4), '--since', '2099-01-01T00:00:00Z'])).toBe('');
    expect(await told(['events', '--metadata', 'host=h4', '--limit', '3'])).toMatch(/^(.*Z\tagent-\d\d4\t.*\n){3}$/);
    expect(await cli(['events', 'nobody'])).toMatchObject({ code: 4 });
  });

  it('show the decisions of governance', async () => {
    await court.rules([{ type: 'outlaw', reason: 'Outlaws are not enrolled' }]);
    expect(await cli(['register', '--id', 'robin', '--name', 'Robin', '--type', 'outlaw'])).toMatchObject({ code: 1 });
    await court.rules([]);
    expect(await told(['decisions', '--agent', 'robin'])).toMatch(
      /^\S+Z\tregister_agent\trobin\tdenied\t\w+ by ops\tOutlaws are not enrolled\n$/,
    );
    expect(await told(['decisions', '--verdict', 'denied', '--since', '2099-01-01T00:00:00Z'])).toBe('');
    const { decisions } = await json<{ decisions: unknown[] }>(['decisions', '--verdict', 'allowed', '--all']);
    expect(decisions.length).toBeGreaterThan(SIZE);
    const shown = await json<{ decisions: unknown[] }>(['decisions', '--verdict', 'allowed']);
    expect(shown.decisions).toEqual(decisions.slice(0, 100));
  });

  it('show how many agents there are, and which of them are unwell', async () => {
    // Counts may be two seconds old, and one agent has lost its category since it was asked for them last.
    let counts = '';
    await until('the counts are those of now', PATIENCE, async () => {
      counts = await told(['overview']);
      return counts.includes('\ncategory.shop\t299\n');
    });
    expect(counts).toMatch(/^total\t300\nactive\t\d+\nhealthy\t0\n/);
    expect(counts).toContain('\ntype.worker\t150\n');
    const { stdout, stderr } = await cli(['overview', '--unhealthy']);
    expect(firsts(stdout)).toEqual(expect.arrayContaining([nameOf(0), nameOf(1), nameOf(3)]));
    expect(stderr).toMatch(/^[\d.]+ % are healthy\n$/);
  });

  it('show which tokens end, the first to end first', async () => {
    const all = 'a "partner"\t2098-01-31T00:00:00.000Z\nci\t2099-01-31T00:00:00.000Z\n';
    expect(await told(['token', 'list'])).toBe(all);
    expect(await told(['token', 'list', '--within', '2098-06-01T00:00:00Z'])).toBe(`${all.split('\n')[0]}\n`);
    expect(await told(['token', 'list', '--within', '30d'])).toBe('');
  });
});

describe('wait', () => {
  it('gives up after its timeout, and says how it was instead', async () => {
    const args = ['--timeout', '0.3'];
    expect(await cli(['wait', nameOf(0), ...args])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: `${nameOf(0)} is not so: unhealthy, health unknown\n`,
    });
    expect((await cli(['wait', 'nobody', ...args])).stderr).toBe('nobody is not so: it is not registered\n');
    expect(await cli(['wait', nameOf(0), '--token', 'wrong', ...args])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('401 unauthorized'),
    });
  });

  it('waits for a health', async () => {
    const args = ['wait', nameOf(33), '--health', 'degraded', '--timeout', String(PATIENCE)];
    const waiting = cli([...args, '--json']);
    await client.heartbeat(nameOf(33), { status: 'degraded' });
    const { code, stdout } = await waiting;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ agent_id: nameOf(33), health: { status: 'degraded' } });
  });

  it('waits for what an expression says', async () => {
    const args = ['wait', 'expressed', '--timeout', String(PATIENCE)];
    const waiting = cli([...args, '--for', 'agent.version == "9"', '--status', 'maintenance', '--json']);
    await client.register({ id: 'expressed', name: 'n', type: 'worker', version: '8' });
    await client.update('expressed', { version: '9' });
    await told(['status', 'expressed', 'maintenance']);
    const { code, stdout } = await waiting;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ agent_id: 'expressed', status: 'maintenance' });
    expect(await told([...args, '--for', 'agent.status in ["maintenance", "active"]'])).toMatch(/\tmaintenance\t/);
  });

  it('says how it is instead of as the expression says, also when others are so', async () => {
    const args = ['wait', 'expressed', '--timeout', '0.3', '--for'];
    expect(await cli([...args, 'agent.status == "inactive"'])).toMatchObject({
      code: 1,
      stderr: `expressed is not so: maintenance, health unknown\n`,
    });
    expect(await cli([...args, 'agent.status = "active"'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^agent-registry wait: 400 invalid_filter\n.*filter: /),
    });
    expect(await cli(['wait', 'x', '--for', 'true', '--status', 'deregistered'])).toMatchObject({ code: 2 });
  });

  it('finds an agent deregistered that was so before, and says of others that they are not', async () => {
    await client.register({ id: 'short-lived', name: 'n', type: 'worker' });
    const args = ['--status', 'deregistered', '--timeout', '0.3'];
    expect((await cli(['wait', 'short-lived', ...args])).stderr).toBe(
      'short-lived is not so: active, health unknown\n',
    );
    await client.deregister('short-lived');
    expect(await told(['wait', 'short-lived', ...args])).toBe('short-lived\tderegistered\n');
    expect((await cli(['wait', 'nobody', ...args])).stderr).toBe('nobody is not so: it is not registered\n');
    const either = await cli(['wait', 'short-lived', '--status', 'active', ...args, '--json']);
    expect(JSON.parse(either.stdout)).toEqual({ agent_id: 'short-lived', status: 'deregistered' });
  });

  it('waits an outage out, and no longer than it may', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const { code, stderr } = await cli(['wait', nameOf(0), '--timeout', '0.3', '--url', url]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/ is not so: .*ECONNREFUSED/) });
  });
});

it('The former name of heartbeat works, with a note', async () => {
  const { code, stdout, stderr } = await cli(['beat', nameOf(70)]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^agent-070\tactive\t/) });
  expect(stderr).toBe('agent-registry beat: this is "agent-registry heartbeat" now\n');
  expect(await told(['help', 'beat'])).toBe(await told(['help', 'heartbeat']));
  expect(await told(['heartbeat', nameOf(70)])).toMatch(/^agent-070\tactive\t/);
});

it('Every command is in CLI.md', async () => {
  const document = readFileSync(join(__dirname, '../CLI.md'), 'utf8');
  const commands = [...(await told(['help'])).matchAll(/^ {2}([a-z]+) {2}/gm)].map(([, name]) => name!);
  const documented = [...document.matchAll(/^\| (`.+?`) \| /gm)].flatMap(([, cell]) =>
    [...cell!.matchAll(/`([a-z]+)(?: [^`]*)?`/g)].map(([, name]) => name!),
  );
  expect(commands.filter((name) => name !== 'help' && !documented.includes(name))).toEqual([]);
});
