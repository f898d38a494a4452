import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { writeArchive } from '../../src/backup/archive-writer';
import { EmbeddedPostgres } from '../../src/platform/database/embedded/embedded-postgres';
import { runBackup, startBackup } from '../support/backup-process';
import { BeatingFleet, defineFleet } from '../support/beating-fleet';
import { type Acknowledged, ChangingFleet } from '../support/changing-fleet';
import { PATIENCE } from '../support/patience';
import { ServiceProcess, temporaryDataDirectory } from '../support/service-process';
import { until } from '../support/until';

jest.setTimeout(600_000);

const SEED = Number(process.env.BACKUP_SEED ?? Math.floor(Math.random() * 2 ** 31));
const AGENTS = 10_000;
const CHANGING = 200;
const BEATING = 3_000;

const files = mkdtempSync(join(tmpdir(), 'agent-registry-backup-'));
const file = (name: string): string => join(files, name);
afterAll(() => rmSync(files, { recursive: true }));

/** All that a restore could change: tables, rows and the timeline. */
async function contentOf(client: Pick<Client, 'query'>): Promise<unknown> {
  const { rows: tables } = await client.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('replicas', 'heartbeat_sweep') ORDER BY 1`,
  );
  const content: unknown[] = [];
  for (const { name } of tables)
    content.push([name, (await client.query(`SELECT count(*), sum(hashtext(t::text)) FROM ${name} AS t`)).rows]);
  return content;
}

describe(`a backup under writes (BACKUP_SEED=${SEED})`, () => {
  const data = temporaryDataDirectory();
  let service: ServiceProcess | undefined;
  /** Keeps the server up while there is no service. */
  let server: EmbeddedPostgres;
  let client: Client;
  let acknowledgedBefore: Map<string, Acknowledged>;
  let acknowledgedAfter: Map<string, Acknowledged>;
  let etags: Map<string, string>;
  let cursors: string[];
  let beating: string[];

  const query = async <Row extends object>(sql: string): Promise<Row[]> => (await client.query<Row>(sql)).rows;
  const start = async (settings: Record<string, string> = {}): Promise<ServiceProcess> =>
    (service = await ServiceProcess.start({ env: { DATA_DIR: data.path, ...settings } }));

  afterAll(async () => {
    await (client as Client | undefined)?.end();
    await ServiceProcess.killAll();
    await (server as EmbeddedPostgres | undefined)?.stop();
    data.remove();
  });

  it('is taken while the service goes on', async () => {
    const running = await start();
    server = await EmbeddedPostgres.start({ directory: data.path, log: () => undefined });
    client = new Client({ connectionString: server.url });
    await client.connect();
    const ids = await defineFleet(running.url, AGENTS);
    beating = ids.slice(CHANGING, CHANGING + BEATING);
    const beats = new BeatingFleet(running.url, beating);
    const changes = new ChangingFleet(running.url, ids.slice(0, CHANGING), SEED);
    await beats.gets(2);
    await changes.makes(200);

    acknowledgedBefore = new Map(changes.acknowledged);
    const { child, outcome } = startBackup(['backup', file('backup')], { DATA_DIR: data.path });
    await until('it writes', PATIENCE, () => readdirSync(files).length > 0 || child.exitCode !== null);
    // Its snapshot is taken. However long it takes from here, the service goes on.
    child.kill('SIGSTOP');
    await changes.makes(200);
    await beats.gets(1);
    child.kill('SIGCONT');
    expect(await outcome).toMatchObject({ code: 0, stderr: '' });
    await changes.makes(200);

    acknowledgedAfter = new Map(changes.acknowledged);
    etags = new Map();
    for (const [id, what] of acknowledgedAfter)
      if (what !== 'gone' && etags.size < 50)
        etags.set(id, (await fetch(`${running.url}/agents/${id}`)).headers.get('etag')!);
    cursors = [];
    for (const path of [...etags.keys()].map((id) => `/agents/${id}/events`)) {
      const { next_cursor } = (await (await fetch(`${running.url}${path}?limit=1`)).json()) as { next_cursor: string };
      if (next_cursor) cursors.push(`${path}?cursor=${next_cursor}`);
    }
    await changes.stop();
    await beats.stop();
    expect(beats.refused).toEqual([]);
  });

  it('is not restored while the service runs', async () => {
    const before = await query('SELECT timeline FROM database_timeline');
    const { code, stderr } = await runBackup(['restore', '--force', file('backup')], { DATA_DIR: data.path });
    expect([code, stderr]).toEqual([1, expect.stringContaining('stop all replicas first')]);
    expect(await query('SELECT timeline FROM database_timeline')).toEqual(before);
    expect((await fetch(`${service!.url}/health/ready`)).status).toBe(200);
    expect(await service!.stop('SIGTERM')).toEqual({ code: 0, signal: null });
  });

  it('is restored as a whole or not at all', async () => {
    const before = await contentOf(client);
    const whole = readFileSync(file('backup'));
    writeFileSync(file('cut'), whole.subarray(0, whole.length - 1));
    const damaged = Buffer.from(whole);
    damaged[Math.floor(whole.length / 2)]! ^= 1;
    writeFileSync(file('damaged'), damaged);
    for (const name of ['cut', 'damaged', 'missing']) {
      const { code, stderr } = await runBackup(['restore', '--force', file(name)], { DATA_DIR: data.path });
      expect([code, stderr]).toEqual([1, expect.stringContaining(file(name))]);
    }
    const { code, stderr } = await runBackup(['restore', file('backup')], { DATA_DIR: data.path });
    expect([code, stderr]).toEqual([1, expect.stringMatching(/holds \d+ agents; --force replaces them/)]);
    expect(await contentOf(client)).toEqual(before);
  });

  it('is left out when a table cannot be dropped, or a row does not fit, half way through', async () => {
    await client.query('CREATE VIEW names AS SELECT name FROM agents');
    const before = await contentOf(client);
    const refused = await runBackup(['restore', '--force', file('backup')], { DATA_DIR: data.path });
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('names')]);
    await client.query('DROP VIEW names');

    const migrations = (await query<{ name: string }>('SELECT name FROM migrations ORDER BY id')).map(
      ({ name }) => name,
    );
    const tables = [{ name: 'agents', columns: ['id', 'name', 'type', 'status'], serials: [] }];
    async function* parts(): AsyncGenerator<{ table: string; data: Buffer }, Record<string, number>> {
      for (let id = 0; id < 1000; id++)
        yield {
          table: 'agents',
          data: Buffer.from(`agent-${id}\tname\ttype\t${id < 999 ? 'active' : 'deregistered'}\n`),
        };
      return Promise.resolve({ agents: 1000 });
    }
    const header = { format: 'agent-registry-backup', version: 1, taken_at: '2026-11-27T12:00:00.000Z' } as const;
    const content = { header: { ...header, server_version: '18', migrations, tables }, parts: parts() };
    await writeArchive(file('unfit'), content, new AbortController().signal);
    const unfit = await runBackup(['restore', '--force', file('unfit')], { DATA_DIR: data.path });
    expect([unfit.code, unfit.stderr]).toEqual([1, expect.stringContaining('agents_tombstone')]);
    expect(await contentOf(client)).toEqual(before);
  });

  it('is restored over what is there, by npm, as one moment after all that was acknowledged before', async () => {
    const timeline = await query('SELECT timeline FROM database_timeline');
    const { code, stderr } = await runBackup(
      ['restore', '--force', file('backup')],
      { DATA_DIR: data.path },
      { byNpm: true },
    );
    expect([code, stderr]).toEqual([0, '']);
    expect(await query('SELECT timeline FROM database_timeline')).not.toEqual(timeline);
    // What the sweep remembers is of before: it begins with a full timeout for everybody.
    expect(await query('SELECT last_sweep_at FROM heartbeat_sweep')).toEqual([{ last_sweep_at: null }]);

    const rows = await query<{ id: string; number: number | null; status: string }>(
      `SELECT id, (metadata->>'number')::int AS number, status FROM agents`,
    );
    const restored = new Map(rows.map(({ id, ...row }) => [id, row]));
    expect(restored.size).toBeGreaterThanOrEqual(AGENTS);
    const lost = [...acknowledgedBefore].filter(([id, what]) => {
      const row = restored.get(id);
      if (what === 'gone') return row?.status !== 'deregistered';
      return !row || (row.status !== 'deregistered' && !(row.number! >= what));
    });
    expect(lost).toEqual([]);
    // An agent is as its last event says, and no event is of another moment than its agent.
    const torn = await query(`
      SELECT id, generation, event.* FROM agents FULL JOIN (
        SELECT DISTINCT ON (agent_id) agent_id, (data->>'generation')::int AS last, data->'registration'->'metadata' AS metadata
          FROM agent_events ORDER BY agent_id, revision DESC) AS event ON agent_id = id
       WHERE id IS NULL OR agent_id IS NULL OR last IS DISTINCT FROM generation % 1000000
          OR event.metadata IS DISTINCT FROM NULL AND event.metadata <> agents.metadata`);
    expect(torn).toEqual([]);
    // The backup was taken in the midst of changes: there are some that it does not have.
    const since = [...acknowledgedAfter].filter(
      ([id, what]) => typeof what === 'number' && restored.get(id)?.number !== what,
    );
    expect(since.length).toBeGreaterThan(0);
  });

  it('serves again, declares no agent dead, and tells what is of before', async () => {
    // As if it were of yesterday.
    await client.query(`UPDATE agents SET last_seen = last_seen - interval '1 day'`);
    const beforeSweeps = await query<{ active: number }>(
      `SELECT count(*)::int AS active FROM agents WHERE status = 'active'`,
    );
    expect(beforeSweeps[0]!.active).toBeGreaterThanOrEqual(BEATING);
    const { url } = await start({ HEARTBEAT_TIMEOUT_SECONDS: '3600', HEARTBEAT_SWEEP_INTERVAL_SECONDS: '1' });
    const sweptTwice = async (): Promise<void> => {
      const last = async (): Promise<string> =>
        (await query<{ at: string }>(`SELECT coalesce(last_sweep_at::text, 'never') AS at FROM heartbeat_sweep`))[0]!
          .at;
      for (let sweep = 0; sweep < 3; sweep++) {
        const before = await last();
        await until('a sweep', PATIENCE, async () => (await last()) !== before);
      }
    };
    await sweptTwice();
    expect(await query(`SELECT id FROM agents WHERE status = 'unhealthy'`)).toEqual([]);

    for (const path of cursors) {
      const answer = await fetch(url + path);
      expect([answer.status, await answer.json()]).toEqual([
        410,
        expect.objectContaining({ code: 'cursor_invalid', errors: [expect.objectContaining({ field: 'cursor' })] }),
      ]);
    }
    expect(cursors.length).toBeGreaterThan(0);
    for (const [id, etag] of etags) {
      const read = await fetch(`${url}/agents/${id}`, { headers: { 'if-none-match': etag } });
      if (read.status !== 404) expect([id, read.status]).toEqual([id, 200]);
    }
    const [highest] = await query<{ revision: string }>('SELECT max(revision) AS revision FROM agent_events');
    const register = await fetch(`${url}/agents/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id: 'after', name: 'after', type: 'worker' }),
    });
    expect(register.status).toBe(201);
    const { events } = (await (await fetch(`${url}/agents/after/events`)).json()) as { events: { revision: number }[] };
    expect(events[0]!.revision).toBeGreaterThan(Number(highest!.revision) + 1_000);

    // Silence is judged as ever: of three agents that have been silent for longer than they may, and were heard again since.
    const dead = beating.slice(0, 3);
    await client.query('UPDATE agents SET last_seen = now() WHERE id <> ALL ($1)', [dead]);
    await client.query(`UPDATE heartbeat_sweep SET listening_since = now() - interval '2 hours'`);
    await until('they are found', PATIENCE, async () => {
      const found = await query<{ id: string }>(`SELECT id FROM agents WHERE status = 'unhealthy' ORDER BY id`);
      return found.map(({ id }) => id).join() === dead.join();
    });
  });
});
