import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import { PATIENCE } from '../../../test/support/patience';
import { ServiceProcess } from '../../../test/support/service-process';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database';
import { until } from '../../../test/support/until';
import { AgentRegistryClient } from '../src/client';
import { installPackage } from './support/installed-package';
import { LONG_LIMITS } from './support/installed-program';
import { projectErrors, typeErrors } from './support/type-errors';

const PACKAGE = join(__dirname, '..');
const run = promisify(execFile);

/** The TypeScript examples of the README. */
const EXAMPLES = Array.from(
  readFileSync(join(PACKAGE, 'README.md'), 'utf8').matchAll(/^```ts\n([^]*?)^```/gm),
  ([, code]) => code!,
);

describe('The package', () => {
  let folder: string;
  let database: TestDatabase;
  let service: ServiceProcess;
  beforeAll(async () => {
    database = await createTestDatabase();
    const env = { DATABASE_URL: database.url, HEARTBEAT_TIMEOUT_SECONDS: '86400' }; // no agent dies of the time a test takes
    [folder, service] = await Promise.all([installPackage(), ServiceProcess.start({ env })]);
    folder = realpathSync(folder); // as the compiler names what is in it
  }, 600_000);
  afterAll(async () => {
    await ServiceProcess.killAll();
    await database?.drop();
    if (folder) rmSync(folder, { recursive: true });
  });

  it('has in itself all that it needs', () => {
    const { packages } = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { inBundle?: true }>;
    };
    const others = Object.entries(packages).map(([path, { inBundle = false }]) => [path, inBundle]);
    expect(others).toEqual([
      ['', false],
      ['node_modules/@noa-ark/agent-registry', false],
      ['node_modules/@noa-ark/agent-registry/node_modules/yaml', true],
    ]);
  });

  it.each([
    ['an ECMAScript module', 'agent.mjs', (code: string) => code],
    ['CommonJS', 'agent.cjs', asCommonJs],
  ])('runs the README’s agent as %s, which says goodbye on SIGTERM', async (_, file, written) => {
    writeFileSync(join(folder, file), written(EXAMPLES[0]!));
    const env = { ...process.env, AGENT_REGISTRY_URL: service.url, NODE_OPTIONS: LONG_LIMITS };
    const child = spawn(process.execPath, [file], { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    const exit = once(child, 'exit');
    await until('it is registered', PATIENCE, () => output.includes('\n') || child.exitCode !== null);
    const client = new AgentRegistryClient({ url: service.url, timeoutMs: PATIENCE * 1000 });
    expect(await client.get('data-processor-1')).toMatchObject({ name: 'DataProcessor', status: 'active' });
    child.kill('SIGTERM');
    expect(await exit).toEqual([null, 'SIGTERM']);
    expect(output).toBe('data-processor-1 is active\nstopped\n');
    await expect(client.get('data-processor-1')).rejects.toMatchObject({ code: 'agent_deregistered' });
  });

  it('runs the README’s other example', async () => {
    writeFileSync(join(folder, 'rest.mjs'), EXAMPLES[1]!.replace('http://localhost:8080', service.url));
    const env = { ...process.env, NODE_OPTIONS: LONG_LIMITS };
    const { stdout } = await run(process.execPath, ['rest.mjs'], { cwd: folder, env });
    expect(stdout).toMatch(/^agent_(not_found|deregistered) [\w-]+\n$/);
  });

  it.each([
    ['nodenext, both kinds of modules', ['mts', 'cts'], { module: 'nodenext', types: [] }],
    ['bundler', ['ts'], { module: 'preserve', moduleResolution: 'bundler', types: [] }],
    [
      'with the globals of Node and not those of browsers',
      ['ts'],
      { module: 'nodenext', types: ['node'], lib: ['ES2022'] },
    ],
  ])('has types that hold when all is checked: %s', async (_, extensions, options) => {
    const files = extensions.map((extension) => `types.${extension}`);
    for (const file of files) writeFileSync(join(folder, file), TYPES);
    const typeRoots = [join(PACKAGE, '../../node_modules/@types')];
    const strict = { strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, target: 'ES2022' };
    expect(typeErrors(folder, files, { ...strict, typeRoots, ...options })).toEqual([]);
  });

  it('needs nothing of Node in browsers', async () => {
    const built = join(folder, 'node_modules/@noa-ark/agent-registry/dist/esm');
    const graph = modulesFrom(join(built, 'index.js'));
    expect(graph.files.map((file) => file.split('/').at(-1))).toContain('transport.js');
    expect(graph.packages).toEqual([]);
    expect(modulesFrom(join(built, 'session.js')).packages.every(isBuiltin)).toBe(true);
    // Nor globals: its sources compile where there are only those of browsers.
    expect(projectErrors(join(PACKAGE, 'tsconfig.browser.json'))).toEqual([]);
  });
});

/** What programs may rely on; each `@ts-expect-error` is a mistake that must not compile. */
const TYPES = `
import { AgentRegistryClient, ApiError, type Agent, type Tagged } from '@noa-ark/agent-registry';
import { AgentSession } from '@noa-ark/agent-registry/session';

export async function program(): Promise<void> {
  const client = new AgentRegistryClient({ url: 'http://localhost', token: async () => 'x' });
  const agent: Tagged<Agent> = await client.get('x');
  const changed: Tagged<Agent> | null = await client.get('x', { ifNoneMatch: agent.etag });
  const status: 'active' | 'unhealthy' | 'inactive' | 'maintenance' | 'quarantined' | 'deregistered' = agent.status;
  const seconds: number = (await client.heartbeat('x', { cpu_percent: 1 })).next_heartbeat_seconds;
  await client.update('x', { category: null, metadata: { gone: null, tier: 2 }, heartbeat: { interval_seconds: 5 } });
  await client.register({ name: 'x', type: 'y', heartbeat: { interval_seconds: 5 } });
  for await (const { id } of client.listAll({ type: ['a', 'b'], status: 'active' })) id.toUpperCase();
  const text: string = await client.metrics();
  const session = await AgentSession.start({ client, agent: { name: 'x', type: 'y' }, signal: AbortSignal.timeout(1) });
  session.on('beat', (answer) => answer.timeout_seconds.toFixed());
  session.on('error', (error) => error instanceof ApiError && error.errors[0]?.field);
  await session.stop({ drain: true });
  // @ts-expect-error with ifNoneMatch it may be null
  const tag: string = (await client.get('x', { ifNoneMatch: agent.etag })).etag;
  // @ts-expect-error a name cannot be cleared
  await client.update('x', { name: null });
  // @ts-expect-error the type is missing
  await client.register({ name: 'x' });
  // @ts-expect-error no such status
  await client.list({ status: 'asleep' });
  // @ts-expect-error no such event
  session.on('heartbeat', () => undefined);
  void [changed, status, seconds, text, tag];
}
`;

function asCommonJs(code: string): string {
  const required = code.replaceAll(/^import (\{.*?\}) from (.*?);$/gm, 'const $1 = require($2);');
  return `(async () => {\n${required}\n})();\n`;
}

/** The modules that one is made of, and the packages and built-in modules that they import. */
function modulesFrom(entry: string): { files: string[]; packages: string[] } {
  const files = new Set<string>();
  const packages = new Set<string>();
  const visit = (file: string): void => {
    if (files.has(file)) return;
    files.add(file);
    for (const { fileName } of ts.preProcessFile(readFileSync(file, 'utf8')).importedFiles)
      if (fileName.startsWith('.')) visit(join(dirname(file), fileName));
      else packages.add(fileName);
  };
  visit(entry);
  return { files: [...files], packages: [...packages] };
}
