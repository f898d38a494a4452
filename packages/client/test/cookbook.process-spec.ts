import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listOf, sha256, type TestToken } from '../../../test/support/access';
import { ServiceProcess } from '../../../test/support/service-process';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database';
import { InstalledProgram } from './support/installed-program';

const ROOT = join(__dirname, '../../..');
/** The name is that of the page. */
const OPS: TestToken = { name: 'ops', token: 'token-of-ops-2Hd9', scopes: ['admin'] };
const SOON = new Date(Date.now() + 10 * 86_400_000).toISOString();

/** A block of a page, and what it says that is printed. */
interface Block {
  readonly section: string;
  readonly code: string;
  readonly output: string | undefined;
}

/** The blocks of bash, each with the block of text that follows it at once. */
function blocksOf(page: string): Block[] {
  const blocks = page.matchAll(/^(?:## (.*)|```bash\n([^]*?)^```$(?:\n\n```text\n([^]*?)^```$)?)/gm);
  let section = '';
  return Array.from(blocks, ([, heading, code, output]) => {
    section = heading ?? section;
    return { section, code: code ?? '', output };
  }).filter(({ code }) => code !== '');
}

/** What a page says is printed, as a pattern: columns are any space apart, and `…` is anything within a line. */
function patternOf(output: string): RegExp {
  const lines = output.trimEnd().split('\n');
  const parts = lines.map((line) =>
    spaced(line)
      .split('…')
      .map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*'),
  );
  return new RegExp(`^${parts.join('\n')}$`);
}

const spaced = (line: string): string => line.replace(/[ \t]+/g, ' ').trimEnd();

let database: TestDatabase;
let service: ServiceProcess;
let program: InstalledProgram;

beforeAll(async () => {
  database = await createTestDatabase();
  const report = { name: 'nightly-report', sha256: sha256('z'.repeat(40)), scopes: ['read'], expires_at: SOON };
  [service, program] = await Promise.all([
    ServiceProcess.start({
      env: {
        DATABASE_URL: database.url,
        AUTH_MODE: 'token',
        AUTH_TOKENS: JSON.stringify([...(JSON.parse(listOf([OPS])) as unknown[]), report]),
        HEARTBEAT_TIMEOUT_SECONDS: '3', // of the agent that is soon silent; three intervals of the others are longer
        HEARTBEAT_INACTIVE_AFTER_SECONDS: '31536000',
        HEARTBEAT_SWEEP_INTERVAL_SECONDS: '1',
      },
    }),
    InstalledProgram.install(),
  ]);
}, 600_000);

afterAll(async () => {
  await program?.remove();
  await ServiceProcess.killAll();
  await database?.drop();
});

it('docs/cookbook.md does and prints what it says', async () => {
  const [preamble, ...blocks] = blocksOf(readFileSync(join(ROOT, 'docs/cookbook.md'), 'utf8'));
  const env = { AGENT_REGISTRY_URL: service.url, AGENT_REGISTRY_TOKEN: OPS.token, NO_PROXY: '127.0.0.1' };
  const wrong: unknown[] = [];
  for (const { section, code, output } of blocks) {
    const run = await program.shell(`set -euo pipefail\n${preamble!.code}\n${code}`, { env });
    const printed = run.stdout.trimEnd().split('\n').map(spaced).join('\n');
    const isRight = run.code === 0 && (output === undefined || patternOf(output).test(printed));
    if (!isRight) wrong.push({ section, code, exit: run.code, printed, expected: output, stderr: run.stderr });
  }
  expect(wrong).toEqual([]);
  // Each question has a command and a request, and most say what comes.
  const sections = new Set(blocks.map(({ section }) => section).filter((section) => section !== ''));
  expect(sections.size).toBeGreaterThan(15);
  for (const section of sections) {
    const codes = blocks.filter((block) => block.section === section).map(({ code }) => code);
    expect([section, codes.some((code) => code.includes('agent-registry '))]).toEqual([section, true]);
    expect([section, codes.some((code) => /\b(?:ask|put|patch) /.test(code))]).toEqual([section, true]);
  }
});

it.each([
  ['with jq', ''],
  ['where there is no jq', 'command() { [ "$*" != "-v jq" ] && builtin command "$@"; }\n'],
])('The tour of README.md runs %s', async (_, prelude) => {
  const tourDatabase = await createTestDatabase();
  const open = await ServiceProcess.start({ env: { DATABASE_URL: tourDatabase.url } });
  try {
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
    const [tour] = blocksOf(readme).filter(({ section }) => section === 'Five minutes with curl');
    const code = tour!.code.replace('http://localhost:8080', open.url);
    expect(code).not.toBe(tour!.code);
    const run = await program.shell(`set -eu\n${prelude}${code}`, { env: { NO_PROXY: '127.0.0.1' } });
    expect({ code: run.code, stderr: run.stderr }).toEqual({ code: 0, stderr: '' });
    for (const each of ['precondition_failed', 'agent_not_found', 'validation_failed', 'agent_deregistered'])
      expect(run.stdout).toContain(each);
    const isIndented = prelude === '';
    expect(/^ {2}"agents": \[$/m.test(run.stdout)).toBe(isIndented);
  } finally {
    await open.stop();
    await tourDatabase.drop();
  }
});
