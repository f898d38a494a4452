import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { ImportResult } from '../registry/bulk-import/agent-import.service';
import type { AgentDefinition } from '#agent-directory/agent-draft';
import { runImport } from './import.command';
import { ImportTarget } from './import-target';
import { ImportError } from './import.error';
import type { ImportSummary } from './import.report';

/** A registry of the simplest kind: it knows ids, and refuses agents without a type. */
class FakeTarget extends ImportTarget {
  override readonly description = 'fake registry';
  readonly known = new Set<string>();
  readonly batches: number[] = [];
  closed = 0;
  beforeSend: () => void = () => undefined;

  // Async, so that what beforeSend throws is a rejection.
  override async send(
    definitions: readonly AgentDefinition[],
    { dryRun }: { dryRun: boolean },
  ): Promise<ImportResult[]> {
    this.beforeSend();
    this.batches.push(definitions.length);
    return definitions.map(({ id, type }, index): ImportResult => {
      if (type === undefined) {
        const errors = [{ field: 'type', message: 'is required' }];
        return { index, id, outcome: 'rejected', code: 'validation_failed', errors };
      }
      if (this.known.has(id)) return { index, id, outcome: 'unchanged' };
      if (!dryRun) this.known.add(id);
      return { index, id, outcome: 'created' };
    });
  }

  override close(): Promise<void> {
    this.closed++;
    return Promise.resolve();
  }
}

describe('runImport', () => {
  let folder: string;
  let target: FakeTarget;
  let interruption: AbortController;
  let stdout: string;
  let stderr: string;
  let isTTY: boolean;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'import-'));
    target = new FakeTarget();
    interruption = new AbortController();
    isTTY = false;
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  async function run(args: string[], stdin: Readable = Readable.from([])): Promise<number> {
    stdout = '';
    stderr = '';
    return runImport(args, {
      stdin,
      stdout: { write: (text: string) => (stdout += text) },
      stderr: { isTTY, write: (text: string) => (stderr += text) },
      interruption: interruption.signal,
      openDatabase: () => Promise.resolve(target),
    });
  }

  function file(name: string, content: string): string {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  }

  function many(count: number): string {
    return file('many.csv', `agent_id,type\n${Array.from({ length: count }, (_, i) => `a-${i},T\n`).join('')}`);
  }

  it('imports, and says that there is nothing to do the second time', async () => {
    const path = file('d.csv', 'agent_id,agent_name,role\na,A,R\n,B C,R\na,,R\n');
    expect(await run([path])).toBe(0);
    expect(stdout).toBe(
      `${path}: 3 rows, 2 agents, 1 duplicate row merged\ninto the fake registry\ncreated 2, updated 0, unchanged 0, rejected 0\n`,
    );
    expect([...target.known]).toEqual(['a', 'B-C']);
    expect(await run([path])).toBe(0);
    expect(stdout).toContain('created 0, updated 0, unchanged 2, rejected 0\nnothing to change');
    expect(stderr).toBe('');
    expect(target.closed).toBe(2);
  });

  it('reports every broken row with its line and imports the rest', async () => {
    const path = file('d.csv', 'agent_id,endpoints,type\n,,T\na,"x\ny",T\nb,,\nc,,T\nc d,,T\nc/d,,T\nbad\nb,,\n');
    expect(await run(['--json', path])).toBe(2);
    const summary = JSON.parse(stdout) as ImportSummary;
    expect(summary).toMatchObject({ complete: true, rows: 8, agents: 4, merged_rows: 1, created: 2, unchanged: 0 });
    expect(summary.rejected.map(({ lines, id, code, errors }) => [lines, id, code, errors[0]?.field])).toEqual([
      [[2], undefined, 'unusable_row', 'agent_id'],
      [[3], undefined, 'unusable_row', 'endpoints'],
      [[5, 10], 'b', 'validation_failed', 'type'],
      [[8], 'c-d', 'id_collision', 'agent_id'],
      [[9], undefined, 'broken_row', ''],
    ]);
    expect(await run([path])).toBe(2);
    expect(stdout).toContain('rejected: lines 5, 10 (b): type: is required (the column type, or role)\n');
    expect(stdout).toContain('rejected: line 9: has 1 column where the header has 3\n');
    expect(stdout).not.toContain('nothing to change');
  });

  it('only says what would happen on a dry run', async () => {
    expect(await run(['--dry-run', many(3)])).toBe(0);
    expect(stdout).toContain('dry run, nothing written; it would be: created 3,');
    expect(target.known.size).toBe(0);
  });

  it('redraws a bar on a terminal and takes it away again', async () => {
    isTTY = true;
    const bar = (filled: number, done: number) =>
      `\r\u001b[K[${'#'.repeat(filled)}${'.'.repeat(30 - filled)}] ${done}/400 agents`;
    expect(await run([many(400)])).toBe(0);
    expect(stderr).toBe(`${bar(0, 0)}${bar(15, 200)}${bar(30, 400)}\r\u001b[K`);
    isTTY = false;
    expect(await run([many(400)])).toBe(0);
    expect(stderr).toBe('');
  });

  it('reads standard input and sends batches', async () => {
    const lines = Array.from({ length: 450 }, (_, i) => `{"id":"a-${i}","type":"T"}\n`);
    expect(await run(['-'], Readable.from(lines, { objectMode: false }))).toBe(0);
    expect(target.batches).toEqual([200, 200, 50]);
    expect(stdout).toContain('standard input: 450 rows');
  });

  it('leaves out an agent that no request can carry', async () => {
    const big = JSON.stringify({ id: 'big', type: 'T', note: 'x'.repeat(3 << 20) });
    const nul = JSON.stringify({ id: 'nul', type: 'T', note: 'a\0b' });
    const deep = `{"id":"deep","type":"T","note":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    expect(await run([file('d.ndjson', `{"id":"a","type":"T"}\n${big}\n${nul}\n${deep}\n`)])).toBe(2);
    expect(stdout).toMatch(/rejected: line 2 \(big\): takes \d+ bytes/);
    expect(stdout).toContain('rejected: line 3 (nul): metadata.note: must not contain the NUL character');
    expect(stdout).toContain('rejected: line 4 (deep): metadata.note');
    expect([...target.known]).toEqual(['a']);
  });

  it.each([
    ['no such file', ['/no/such/file.csv'], /cannot read .*ENOENT/],
    ['a folder', ['/'], /cannot read .*EISDIR/],
    ['bad usage', ['--nope'], /--nope[^]*npm run import/],
  ])('fails with 1 when nothing can be done: %s', async (_, args, message) => {
    expect(await run(args)).toBe(1);
    expect(stderr).toMatch(message);
    expect(stdout).toBe('');
  });

  it('fails with 1 when the file is of no use or the target is away', async () => {
    expect(await run([file('d.csv', 'x,y\n')])).toBe(1);
    expect(stderr).toContain('no agent_id');
    target.beforeSend = () => {
      throw new ImportError('nobody there');
    };
    expect(await run([many(1)])).toBe(1);
    expect(stderr).toBe('nobody there\n');
    expect(stdout).toBe('');
    expect(target.closed).toBe(1);
  });

  it('says how far it came when the target goes away', async () => {
    target.beforeSend = () => {
      if (target.batches.length === 1) throw new ImportError('gone');
    };
    expect(await run([many(500)])).toBe(1);
    expect(stderr).toContain('stopped with 300 of 500 agents not sent');
    expect(stdout).toContain('created 200,');
  });

  it('stops between batches when interrupted, and a repeat does the rest', async () => {
    const path = many(500);
    target.beforeSend = () => interruption.abort();
    expect(await run([path])).toBe(130);
    expect(stderr).toContain('interrupted with 300 of 500 agents not sent');
    expect(stdout).toContain('created 200,');
    expect(stdout).toContain('not sent: 300 agents');
    expect(target.closed).toBe(1);

    interruption = new AbortController();
    target.beforeSend = () => undefined;
    expect(await run([path])).toBe(0);
    expect(stdout).toContain('created 300, updated 0, unchanged 200');
  });

  it('does not call itself interrupted when everything was in by then', async () => {
    target.beforeSend = () => interruption.abort();
    expect(await run([many(3)])).toBe(0);
  });

  it('can be interrupted while it waits for input', async () => {
    const stdin = new Readable({ read: () => undefined });
    stdin.push('agent_id,type\na,T\n');
    setImmediate(() => interruption.abort());
    expect(await run(['-'], stdin)).toBe(130);
    expect(target.batches).toEqual([]);
    expect([stdout, stderr]).toEqual(['', 'interrupted before anything was sent\n']);
  });

  it('helps', async () => {
    expect(await run(['--help'])).toBe(0);
    expect(stdout).toContain('npm run import');
  });
});
