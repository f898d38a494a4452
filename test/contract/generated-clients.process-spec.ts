import { execFile } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { listOf, type TestToken } from '../support/access';
import { capture } from '../support/captured-output';
import { ServiceProcess } from '../support/service-process';
import { createTestDatabase, type TestDatabase } from '../support/test-database';

/** A package of its own: the generators are larger than all other packages together, and no part of the product. */
const FOLDER = join(__dirname, '../generators');
const TSC = join(__dirname, '../../node_modules/typescript/bin/tsc');
const TOKEN: TestToken = { name: 'generated', token: 'token-of-generated-5Xc1', scopes: ['read', 'agent'] };
/** The programs of the folder, and how their client is made. */
const GENERATORS = {
  'hey-api': ['openapi-ts', '--input', '../../openapi.json', '--output', '.generated/hey-api'],
  orval: ['orval', '--config', './orval.config.js'],
} as const;

let database: TestDatabase;
let service: ServiceProcess;

beforeAll(async () => {
  rmSync(join(FOLDER, '.generated'), { recursive: true, force: true });
  if (!isInstalled()) await run('npm', ['ci', '--no-audit', '--no-fund']);
  database = await createTestDatabase();
  service = await ServiceProcess.start({
    env: { DATABASE_URL: database.url, AUTH_MODE: 'token', AUTH_TOKENS: listOf([TOKEN]) },
  });
  for (const [program, ...args] of Object.values(GENERATORS)) await run(`node_modules/.bin/${program}`, args);
  await run(process.execPath, [TSC, '--project', '.']);
}, 600_000);

afterAll(async () => {
  await ServiceProcess.killAll();
  await database?.drop();
});

function isInstalled(): boolean {
  const [wanted, installed] = ['package-lock.json', 'node_modules/.package-lock.json'].map((file) =>
    join(FOLDER, file),
  );
  if (!existsSync(installed!)) return false;
  const versionsIn = (file: string): Record<string, string> => {
    const { packages } = JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, { version: string }> };
    return Object.fromEntries(Object.entries(packages).map(([path, { version }]) => [path, version]));
  };
  const present = versionsIn(installed!);
  return ['@hey-api/openapi-ts', 'orval', 'axios'].every((name) => {
    const path = `node_modules/${name}`;
    return present[path] === versionsIn(wanted!)[path];
  });
}

/** Throws with all that it has printed when it fails. */
async function run(program: string, args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const options = { cwd: FOLDER, env: { ...process.env, NODE_OPTIONS: '', ...env } };
  try {
    const { stdout, stderr } = await promisify(execFile)(program, args, options);
    capture(`${program} ${args.join(' ')}\n${stdout}${stderr}`);
    return stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${program} ${args.join(' ')} failed:\n${stdout}${stderr}`, { cause: error });
  }
}

describe('What is generated from openapi.json compiles strictly, and', () => {
  it.each(Object.keys(GENERATORS))('by %s registers, reads, finds by metadata, beats and deregisters', async (name) => {
    const env = { REGISTRY_URL: service.url, REGISTRY_TOKEN: TOKEN.token };
    const output = await run(process.execPath, [`.generated/built/${name}.js`], env);
    expect(JSON.parse(output)).toEqual({
      registered: 'active',
      category: null,
      metadata: { team: name },
      listed: [`${name}-1`],
      total: 1,
      nextHeartbeat: 10,
      deregistered: 'deregistered',
      code: 'agent_deregistered',
    });
  });
});
