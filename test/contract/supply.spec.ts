import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');

interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

describe('npm run sbom', () => {
  it('names the packages of the image, all of them and no others', () => {
    const { status, stdout } = spawnSync(process.execPath, ['scripts/sbom.mjs'], {
      cwd: ROOT,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    expect(status).toBe(0);
    const document = JSON.parse(stdout) as {
      bomFormat: string;
      metadata: { component: { name: string; type: string; version: string } };
      components: { 'bom-ref': string; licenses?: unknown[] }[];
      dependencies: { ref: string; dependsOn: string[] }[];
    };
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    expect(document.bomFormat).toBe('CycloneDX');
    expect(document.metadata.component).toMatchObject({ name: 'agent-registry', type: 'application', version });
    const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
      packages: Record<
        string,
        { version: string; dev?: boolean; optional?: boolean; devOptional?: boolean; link?: boolean }
      >;
    };
    // Packages of a workspace alone have no mark either; the image has no workspaces.
    const ofWorkspaces = new Set(['node_modules/yaml']);
    const inImage = Object.entries(packages).flatMap(([path, { dev, optional, devOptional, link, version: its }]) =>
      path.includes('node_modules/') && !dev && !optional && !devOptional && !link && !ofWorkspaces.has(path)
        ? [`${path.split('node_modules/').at(-1)}@${its}`]
        : [],
    );
    const listed = document.components.map((component) => component['bom-ref']);
    expect(listed.toSorted()).toEqual([...new Set(inImage)].toSorted());
    const known = new Set([...listed, `agent-registry@${version}`]);
    const dangling = document.dependencies
      .flatMap(({ ref, dependsOn }) => [ref, ...dependsOn])
      .filter((ref) => !known.has(ref));
    expect(dangling).toEqual([]);
  });
});

describe('npm run check -- audit', () => {
  let registry: Server;
  let answer: (response: ServerResponse) => void;
  /** Of npm, which keeps what it has worked out of an advisory. */
  let cache: string;
  beforeEach(() => (cache = mkdtempSync(join(tmpdir(), 'agent-registry-audit-'))));
  afterEach(() => rmSync(cache, { recursive: true, force: true }));
  beforeAll(async () => {
    registry = createServer((request, response) => {
      request.resume();
      if (request.method === 'POST') return answer(response);
      return response.writeHead(404).end('{}'); // it has no packages
    });
    registry.listen(0, '127.0.0.1');
    await once(registry, 'listening');
  });
  afterAll(() => registry.close());

  const audit = (url = `http://127.0.0.1:${(registry.address() as AddressInfo).port}/`): Promise<Finished> =>
    new Promise((resolve) => {
      // npm does not take its configuration from another npm that runs the tests.
      const inherited = Object.entries(process.env).filter(([name]) => !/^npm_config_/i.test(name));
      const env = { ...Object.fromEntries(inherited), npm_config_registry: url, npm_config_cache: cache };
      const program = [join(ROOT, 'scripts/audit.mjs')];
      const child = execFile(process.execPath, program, { cwd: ROOT, env }, (_, stdout, stderr) =>
        resolve({ code: child.exitCode, stdout, stderr }),
      );
    });
  const advisory = (severity: string): string =>
    JSON.stringify({
      express: [{ id: 1, url: 'https://advisories.example/1', title: 'Breaks', severity, vulnerable_versions: '<999' }],
    });

  it('passes when the registry knows of nothing', async () => {
    answer = (response) => response.setHeader('content-type', 'application/json').end('{}');
    expect(await audit()).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it.each(['high', 'critical'])('fails for what is %s, and names it', async (severity) => {
    answer = (response) => response.setHeader('content-type', 'application/json').end(advisory(severity));
    const { code, stderr } = await audit();
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(`${severity}: express .*Breaks https://advisories.example/1`),
    ]);
  });

  it('passes for what is moderate', async () => {
    answer = (response) => response.setHeader('content-type', 'application/json').end(advisory('moderate'));
    expect((await audit()).code).toBe(0);
  });

  it('says why it has not looked when the registry refuses, and passes', async () => {
    answer = (response) => response.writeHead(405).end();
    expect(await audit()).toMatchObject({ code: 0, stdout: expect.stringMatching(/^note: .* not audited: 405/) });
  });

  it('says so when there is no network, and passes', async () => {
    expect(await audit('http://127.0.0.1:1/')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^note: .* not audited: .*ECONNREFUSED/),
    });
  });
});
