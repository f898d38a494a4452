import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { loadConfiguration } from '../../src/platform/config/load-configuration';
import { AgentEvents } from '../../src/events/agent-events';
import { DatabaseTarget } from '../../src/import/database.target';
import { runImport } from '../../src/import/import.command';
import type { ImportSummary } from '../../src/import/import.report';
import { type Registration, registration } from '../support/builders';
import { BROKEN_ROW_REASONS, BROKEN_ROWS, realDirectory, SMALL_DIRECTORY } from '../support/directory.fixture';
import { PATIENCE } from '../support/patience';
import { skip } from '../support/skip';
import { createTestApp, type TestApp } from '../support/test-app';
import { until } from '../support/until';

const PROGRAM = join(__dirname, '../../dist/import/import.main.js');

const directory = realDirectory();

let service: TestApp;

beforeAll(async () => {
  service = await createTestApp();
});
afterAll(() => service.close());

/** Leaves no agent, and nothing that is remembered of one. */
beforeEach(async () => {
  await service.database.query('TRUNCATE agent_events, agent_credentials CASCADE');
  const agents = await service.database.query<{ id: string }>('DELETE FROM agents RETURNING id');
  service.app.get(AgentEvents).invalidate(agents.map(({ id }) => id));
});

describe.each(['over HTTP', 'into the database'])('npm run import, %s', (way) => {
  function targetOptions(): string[] {
    return way === 'over HTTP' ? ['--url', service.url] : [];
  }

  /** Imports what is given as text, or the file that is named. */
  async function run(
    input: { text: string } | { file: string },
    ...options: string[]
  ): Promise<{ code: number; summary: ImportSummary }> {
    let stdout = '';
    const code = await runImport([...targetOptions(), '--json', ...options, 'file' in input ? input.file : '-'], {
      stdin: Readable.from('text' in input ? [Buffer.from(input.text)] : []),
      stdout: { write: (part: string) => (stdout += part) },
      stderr: process.stderr,
      interruption: new AbortController().signal,
      openDatabase: (how) => DatabaseTarget.open(loadConfiguration({ DATABASE_URL: service.database.url }), how),
    });
    return { code, summary: JSON.parse(stdout) as ImportSummary };
  }

  async function get(path: string): Promise<Record<string, unknown>> {
    const { status, body } = await service.request('GET', path);
    expect(status).toBe(200);
    return body;
  }

  async function register(agent: Partial<Registration>): Promise<void> {
    const { status } = await service.request('POST', '/agents/register', registration(agent));
    expect([200, 201]).toContain(status);
  }

  /** Everything that an import could change. */
  async function stored(): Promise<unknown[]> {
    const agents = await service.database.query('SELECT * FROM agents ORDER BY id');
    return [...agents, ...(await service.database.query('SELECT * FROM agent_events ORDER BY revision'))];
  }

  it('imports agents as inactive, and changes nothing the second time', async () => {
    const first = await run({ text: SMALL_DIRECTORY });
    expect(first.code).toBe(0);
    expect(first.summary).toMatchObject({ rows: 5, agents: 4, merged_rows: 1, created: 4, unchanged: 0, rejected: [] });

    expect(await get('/agents/planner')).toMatchObject({
      name: 'Planner',
      type: 'Agent',
      category: 'Ops',
      version: '1.0',
      status: 'inactive',
      last_seen: null,
      capabilities: ['plan', 'act', 'learn'],
      endpoints: { http: 'http://planner.example.com:1' },
      description: 'Plans,\nand says "so"',
      depends_on: [
        { agent: 'R-D-Scout', name: 'R&D Scout', required: true, min: 1 },
        { agent: 'live', required: true, min: 1 },
      ],
      metadata: { role: 'Micro Agent', status: 'Planned' },
      heartbeat: { enabled: true },
    });
    expect(await get('/agents/Night-Watch')).toMatchObject({
      name: 'Night Watch',
      type: 'Board Policy',
      metadata: { original_id: 'Night Watch' },
    });
    expect(await get('/agents?status=inactive')).toMatchObject({ total: 4 });

    const before = await stored();
    const second = await run({ text: SMALL_DIRECTORY });
    expect(second.code).toBe(0);
    expect(second.summary).toMatchObject({ created: 0, updated: 0, unchanged: 4, rejected: [] });
    expect(await stored()).toEqual(before);
  });

  it('updates what has changed in the file', async () => {
    await run({ text: SMALL_DIRECTORY });
    const { summary } = await run({ text: SMALL_DIRECTORY.replace('Agent,Ops,1.0', 'Agent,Ops,1.1') });
    expect(summary).toMatchObject({ created: 0, updated: 1, unchanged: 3 });
    expect(await get('/agents/planner')).toMatchObject({ version: '1.1', status: 'inactive' });
  });

  it('writes nothing on a dry run', async () => {
    const { code, summary } = await run({ text: SMALL_DIRECTORY }, '--dry-run');
    expect(code).toBe(0);
    expect(summary).toMatchObject({ dry_run: true, created: 4 });
    expect(await stored()).toEqual([]);
  });

  it('reports broken rows and collisions with their lines; the rest is in', async () => {
    const { code, summary } = await run({ text: SMALL_DIRECTORY + BROKEN_ROWS });
    expect(code).toBe(2);
    expect(summary).toMatchObject({ complete: true, rows: 13, created: 5, remaining: 0 });
    expect(
      summary.rejected.map((each) => ({ lines: each.lines, code: each.code, field: each.errors[0]?.field })),
    ).toEqual(BROKEN_ROW_REASONS);
    expect(await get('/agents')).toMatchObject({ total: 5 });
    expect(await get('/agents/R-D-Scout')).toMatchObject({ metadata: { original_id: 'R&D Scout' } });
  });

  it('leaves the status of a live agent alone, and lets an imported one come alive', async () => {
    await register({ id: 'live', capabilities: ['mine'] });
    const { last_seen: lastSeen } = await get('/agents/live');
    await run({ text: SMALL_DIRECTORY });
    // It had been read, and an import that goes past the service is heard of a moment later.
    await until('it is known', PATIENCE, async () => (await get('/agents/live')).name === 'Live one');
    expect(await get('/agents/live')).toMatchObject({
      status: 'active',
      last_seen: lastSeen,
      name: 'Live one',
      category: 'Ops',
      capabilities: ['mine'],
    });

    await register({ id: 'planner' });
    await run({ text: SMALL_DIRECTORY });
    expect(await get('/agents/planner')).toMatchObject({ status: 'active' });
  });

  it('has nothing against one agent of a batch that PostgreSQL cannot store', async () => {
    const lines = [
      { id: 'a', name: 'A', type: 'T' },
      { id: 'nul', name: 'a\0b', type: 'T' },
      { id: 'b', name: 'B', type: 'T' },
    ];
    const { code, summary } = await run({ text: lines.map((line) => `${JSON.stringify(line)}\n`).join('') });
    expect(code).toBe(2);
    expect(summary).toMatchObject({ created: 2, rejected: [{ lines: [2], id: 'nul' }] });
  });

  async function expectRealDirectory(file: string): Promise<void> {
    const first = await run({ file });
    expect(first.code).toBe(0);
    expect(first.summary).toMatchObject({ rows: 862, agents: 302, merged_rows: 560, created: 302, rejected: [] });
    const second = await run({ file });
    expect(second.code).toBe(0);
    expect(second.summary).toMatchObject({ created: 0, updated: 0, unchanged: 302, rejected: [] });
    expect(await get('/agents?status=inactive')).toMatchObject({ total: 302 });
  }

  if (directory === undefined) skip('imports the real directory, and again', 'AGENT_DIRECTORY_CSV names no file');
  else it('imports the real directory, and again', () => expectRealDirectory(directory));

  it('is a program that ends with the right exit code', async () => {
    if (!existsSync(PROGRAM)) {
      console.warn(`The program itself is not tested: there is no ${PROGRAM} (npm run build).`);
      return;
    }
    const child = spawn(process.execPath, [PROGRAM, ...targetOptions(), '-'], {
      env: { ...process.env, DATABASE_URL: service.database.url },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    child.stdin.end(SMALL_DIRECTORY + BROKEN_ROWS);
    const [report] = await Promise.all([text(child.stdout), once(child, 'close')]);
    expect(child.exitCode).toBe(2);
    expect(report).toContain('created 5, updated 0, unchanged 0, rejected 7\n');
    expect(report).toContain('rejected: line 14 (R-D-Scout): agent_id: "R D Scout" would get the id R-D-Scout');
  });
});
