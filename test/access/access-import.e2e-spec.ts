import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { commandToken } from '../../src/platform/config/load-configuration';
import { runImport } from '../../src/import/import.command';
import { withTokens } from '../support/access';
import { SMALL_DIRECTORY } from '../support/directory.fixture';
import { createPatientApp } from '../support/patient-app';
import type { TestApp } from '../support/test-app';

const PROGRAM = join(__dirname, '../../dist/import/import.main.js');

describe('npm run import where tokens are asked for', () => {
  let service: TestApp;
  beforeAll(async () => {
    service = await createPatientApp(
      withTokens(
        { name: 'ops', token: 'token-of-ops', scopes: ['admin'] },
        { name: 'fleet', token: 'token-of-fleet', scopes: ['agent', 'read'] },
      ),
    );
  });
  afterAll(() => service.close());

  interface End {
    code: number | null;
    told: string;
  }

  /** The import over HTTP, in this process: loading the program takes far longer than what is tested here. */
  const run = async (args: string[], env: Record<string, string> = {}): Promise<End> => {
    let told = '';
    const output = { write: (part: string) => (told += part) };
    const code = await runImport(['--json', '--url', service.url, ...args, '-'], {
      stdin: Readable.from([Buffer.from(SMALL_DIRECTORY)]),
      stdout: output,
      stderr: output,
      token: commandToken(env),
      interruption: new AbortController().signal,
      openDatabase: () => Promise.reject(new Error('not over HTTP')),
    });
    return { code, told };
  };

  const runProgram = async (args: string[], env: Record<string, string>): Promise<End> => {
    const child = spawn(process.execPath, [PROGRAM, '--json', ...args, '-'], {
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child.stdin.end(SMALL_DIRECTORY);
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    return { code: child.exitCode, told: stdout + stderr };
  };

  it('is refused without a token, and with one that is not an administrator’s', async () => {
    const without = await run([]);
    expect([without.code, without.told]).toEqual([1, expect.stringContaining('401 unauthorized')]);
    const lesser = await run(['--token', 'token-of-fleet']);
    expect([lesser.code, lesser.told]).toEqual([1, expect.stringContaining('403 insufficient_scope')]);
    expect(lesser.told).not.toContain('token-of-fleet');
  });

  it('takes the token from the environment or the command line', async () => {
    const AGENT_REGISTRY_TOKEN = 'token-of-ops';
    const first = await runProgram(['--url', service.url], { AGENT_REGISTRY_TOKEN });
    expect([first.code, first.told]).toEqual([0, expect.stringContaining('"created": 4')]);
    const second = await run(['--token', 'token-of-ops'], { AGENT_REGISTRY_TOKEN: 'wrong' });
    expect([second.code, second.told]).toEqual([0, expect.stringContaining('"unchanged": 4')]);
  });

  it('needs none for the database itself', async () => {
    const env = { AUTH_MODE: 'token', AUTH_TOKENS_FILE: '/nowhere', DATABASE_URL: service.database.url };
    const { code, told } = await runProgram([], env);
    expect([code, told]).toEqual([0, expect.stringContaining('"rejected": []')]);
  });
});
