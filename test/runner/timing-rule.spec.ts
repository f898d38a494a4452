import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Timing, timingsIn } from './timing-rule';

const ROOT = join(__dirname, '../..');
const FOLDERS = ['src', 'test', 'deploy', 'packages/client/src', 'packages/client/test'];

interface Allowed {
  file: string;
  kind: Timing['kind'];
  count: number;
  reason: string;
}

/** What stays although the machine's clock is in it. An entry that nothing needs any more fails, too. */
const ALLOWED: Allowed[] = [
  { file: 'test/api/metrics.e2e-spec.ts', kind: 'duration', count: 1, reason: 'a sweep is not before the start' },
  { file: 'test/support/until.ts', kind: 'sleep', count: 1, reason: 'the pause between two looks at a condition' },
  { file: 'test/support/servers.ts', kind: 'sleep', count: 1, reason: 'the pause between two looks at a port' },
  {
    file: 'test/support/test-clock.ts',
    kind: 'sleep',
    count: 2,
    reason: 'patience with work that may not end, not a wait for it',
  },
  {
    file: 'test/support/history/agent-client.ts',
    kind: 'sleep',
    count: 3,
    reason: 'real agents pause; no verdict counts them',
  },
  {
    file: 'test/api/heartbeat.e2e-spec.ts',
    kind: 'duration',
    count: 2,
    reason: 'a moment is not before the one at which it was sent, nor an hour ahead',
  },
  {
    file: 'test/contract/clients-doc.process-spec.ts',
    kind: 'duration',
    count: 1,
    reason: 'a client waits at least as long as it was told',
  },
  {
    file: 'test/contract/alerts.process-spec.ts',
    kind: 'sleep',
    count: 1,
    reason: 'the pause between two evaluations',
  },
  {
    file: 'test/liveness/partition.nightly-spec.ts',
    kind: 'sleep',
    count: 4,
    reason: 'how long a fault lasts; no verdict counts it',
  },
  {
    file: 'test/support/partition.ts',
    kind: 'sleep',
    count: 1,
    reason: 'how long a fault lasts; no verdict counts it',
  },
  {
    file: 'test/support/partitioned-agents.ts',
    kind: 'sleep',
    count: 2,
    reason: 'real agents pause, and so does who tries a void token; no verdict counts them',
  },
  {
    file: 'test/support/test-clock.spec.ts',
    kind: 'sleep',
    count: 1,
    reason: 'work that takes real time, for the clock to wait for',
  },
];

describe('no verdict of a test depends on how fast the machine is', () => {
  it('no test asserts a duration, sleeps for a fixed time, or has less than a minute', () => {
    const found = new Map<string, string[]>();
    for (const file of testFiles()) {
      for (const { kind, line, code } of timingsIn(file, readFileSync(join(ROOT, file), 'utf8'))) {
        const key = `${kind} in ${file}`;
        found.set(key, [...(found.get(key) ?? []), `${file}:${line} ${code}`]);
      }
    }
    const allowed = new Map(ALLOWED.map(({ file, kind, count }) => [`${kind} in ${file}`, count]));
    const added = [...found].filter(([key, lines]) => lines.length > (allowed.get(key) ?? 0));
    const gone = [...allowed].filter(([key, count]) => (found.get(key) ?? []).length < count);
    expect({ added: Object.fromEntries(added), gone: Object.fromEntries(gone) }).toEqual({ added: {}, gone: {} });
  });

  it.each([
    ['duration', 'expect(performance.now() - began).toBeLessThan(1000);'],
    ['duration', 'const took = Date.now() - began; expect(took).not.toBeGreaterThan(5);'],
    ['duration', 'const end = performance.now(); const gap = end - begin; expect([gap]).toBeLessThanOrEqual(5);'],
    ['duration', 'expect(answer.elapsedMs).toBeLessThan(100);'],
    ['sleep', "import { setTimeout as pause } from 'node:timers/promises'; await pause(100);"],
    ['sleep', 'await new Promise((resolve) => setTimeout(resolve, 100));'],
    ['limit', 'jest.setTimeout(30_000);'],
    ['limit', "it('answers', async () => { await answer(); }, 5000);"],
    ['limit', 'beforeAll(() => start(), 20_000);'],
  ])('finds a %s: %s', (kind, code) => {
    expect(timingsIn('x.spec.ts', code).map((each) => each.kind)).toEqual([kind]);
  });

  it.each([
    'expect(requests.length).toBeGreaterThan(3);',
    'const deadline = performance.now() + 60_000; while (performance.now() < deadline) look();',
    'const timer = setTimeout(() => socket.destroy(), 60_000);',
    'jest.setTimeout(600_000);',
    "it('answers', () => answer(), 120_000);",
    "it.each([[1, 2]])('adds %d', (a, b) => { expect(a).toBeLessThan(b); });",
  ])('lets pass: %s', (code) => {
    expect(timingsIn('x.spec.ts', code)).toEqual([]);
  });
});

/** Tests and what they share, by their paths in the repository. */
function testFiles(): string[] {
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path)),
  );
  return files.filter((path) => /(?:spec|\/support\/.*)\.ts$/.test(path) && !path.endsWith('timing-rule.spec.ts'));
}
