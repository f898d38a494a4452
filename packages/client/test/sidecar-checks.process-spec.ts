import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { PATIENCE } from '../../../test/support/patience';
import { ServiceProcess } from '../../../test/support/service-process';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database';
import { until } from '../../../test/support/until';
import { AgentRegistryClient } from '../src/client';
import { InstalledProgram, type RunningProgram } from './support/installed-program';

let database: TestDatabase;
let service: ServiceProcess;
let program: InstalledProgram;
let client: AgentRegistryClient;

beforeAll(async () => {
  database = await createTestDatabase();
  const env = { DATABASE_URL: database.url, HEARTBEAT_TIMEOUT_SECONDS: '1800' };
  [service, program] = await Promise.all([ServiceProcess.start({ env }), InstalledProgram.install()]);
  client = new AgentRegistryClient({ url: service.url });
}, 600_000);

afterAll(async () => {
  await program?.remove();
  await ServiceProcess.killAll();
  await database?.drop();
});

describe('A sidecar that checks its agent', () => {
  const WAIT = ['sh', '-c', 'echo up; exec sleep 1000'];
  /** Its heartbeats are an hour apart: what is said in time is said at once. */
  const sidecar = (id: string, options: readonly string[], command = WAIT): RunningProgram =>
    program.start(['sidecar', '--id', id, '--interval', '3600', ...options, '--', ...command], {
      env: { AGENT_REGISTRY_URL: service.url },
    });
  const isThere = async (id: string): Promise<boolean> =>
    (await client.list({ filter: `agent.id == "${id}"` })).agents.length > 0;
  const isReady = (id: string, ready: boolean): Promise<void> =>
    until(`${id} is ${ready ? '' : 'not '}ready`, PATIENCE, async () => {
      return (await isThere(id)) && (await client.agentHealth(id)).health.ready === ready;
    });
  const told = ({ stderr }: RunningProgram): string[] => stderr.match(/the agent is .*ready.*/g) ?? [];

  it('by a URL, sends ready as the answers have it, and ends as without', async () => {
    let status = 503;
    const server: Server = createServer((_, response) => response.writeHead(status).end());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/ready`;
    const running = sidecar('by-url', ['--check-url', url, '--check-interval', '0.1', '--check-failures', '2']);
    await running.printed(1);
    await isReady('by-url', false);
    status = 204;
    await isReady('by-url', true);
    status = 404;
    await isReady('by-url', false);
    server.closeAllConnections();
    server.close();
    running.signal('SIGTERM');
    expect(await running.finished).toMatchObject({ code: 143 });
    expect(told(running).slice(0, 3)).toEqual([
      `the agent is not ready: ${url} answers 503`,
      'the agent is ready',
      `the agent is not ready: ${url} answers 404`,
    ]);
    await expect(client.get('by-url')).rejects.toMatchObject({ code: 'agent_deregistered' });
  });

  it('by a command, sends ready as its exit codes have it, and lets none live on', async () => {
    const flag = join(program.folder, 'flag');
    const begun = join(program.folder, 'begun');
    // While the flag is there the check succeeds; later it hangs.
    const check = `test -e "${begun}" && exec sleep 1000; test -e "${flag}"`;
    const options = [
      '--check-command',
      check,
      '--check-interval',
      '0.1',
      '--check-timeout',
      '1',
      '--check-failures',
      '1',
    ];
    const running = sidecar('by-command', options);
    await running.printed(1);
    await isReady('by-command', false);
    writeFileSync(flag, '');
    await isReady('by-command', true);
    writeFileSync(begun, '');
    await isReady('by-command', false);
    rmSync(begun);
    await isReady('by-command', true);
    running.signal('SIGTERM');
    expect(await running.finished).toMatchObject({ code: 143 });
    expect(told(running)).toEqual([
      'the agent is not ready: the check ends with exit code 1',
      'the agent is ready',
      'the agent is not ready: no answer within 1 s',
      'the agent is ready',
    ]);
    expect(existsSync(flag)).toBe(true);
  });

  it('says nothing of it without a check', async () => {
    const running = sidecar('unchecked', []);
    await running.printed(1);
    await until('it is registered', PATIENCE, () => isThere('unchecked'));
    expect((await client.agentHealth('unchecked')).health.ready).toBe(true);
    running.signal('SIGTERM');
    await running.finished;
    expect(told(running)).toEqual([]);
  });
});
