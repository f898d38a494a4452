import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, IncomingMessage } from 'node:http';
import { Socket, type AddressInfo } from 'node:net';
import { join, posix } from 'node:path';
import { validate } from 'dockerfile-utils';
import { parse } from 'yaml';
import { Configuration } from '../src/platform/config/configuration';
import { loadConfiguration } from '../src/platform/config/load-configuration';
import { HostCheck } from '../src/platform/gate/host-check';
import { freePort } from '../test/support/free-port';

interface ComposeService {
  image: string;
  environment?: Record<string, string>;
  depends_on?: string[] | Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
  volumes?: string[];
  ports?: string[];
  profiles?: string[];
  read_only?: boolean;
  stop_grace_period?: string;
}

interface Compose {
  services: Record<string, ComposeService>;
  volumes: Record<string, unknown>;
}

const ROOT = join(__dirname, '..');
const dockerfile = read('Dockerfile');
const { services, volumes } = parse(read('docker-compose.yml'), { merge: true }) as Compose;
const registry = services['agent-registry']!;

describe('the Dockerfile', () => {
  it('has nothing that a linter finds, nor what only BuildKit knows', () => {
    expect(validate(dockerfile).map(({ message, range }) => [range.start.line + 1, message])).toEqual([]);
    expect(dockerfile).not.toMatch(/^# *syntax=|--mount|--link|--checksum|<</m);
  });

  it('stands on one pinned release of the runtime', () => {
    expect(dockerfile).toMatch(/^ARG NODE_IMAGE=node:24\.\d+\.\d+-[a-z]+-slim$/m);
    const stages = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image);
    expect(new Set(stages)).toEqual(new Set(['${NODE_IMAGE}']));
  });

  it('says which version it is', () => {
    const { version } = JSON.parse(read('package.json')) as { version: string };
    expect(dockerfile).toContain(`ARG VERSION=${version}\n`);
  });

  it('runs node itself, as nobody in particular', () => {
    expect(dockerfile).toMatch(/^USER [1-9]\d*:[1-9]\d*$/m);
    expect(dockerfile).toMatch(/^ENTRYPOINT \["node"\]$/m);
    expect(dockerfile).toContain(`EXPOSE ${new Configuration().SERVER_PORT}\n`);
    expect(dockerfile).toMatch(/^ENV .*SERVER_HOST=0\.0\.0\.0$/m); // also without tokens
  });

  it.each([
    [200, 0],
    [401, 0],
    [503, 1],
    [undefined, 1],
  ])('asks whether the service is alive: %s is exit code %s', async (status, code) => {
    const [, command] = /^HEALTHCHECK [^[]*CMD (\[.*\])$/m.exec(dockerfile)!;
    expect(await answered(JSON.parse(command!) as string[], '/health/live', status)).toBe(code);
  });
});

describe('docker-compose.yml', () => {
  it('is what the specification of Compose has', () => {
    const dclint = join(ROOT, 'node_modules/dclint/bin/dclint.cjs');
    const { status, stdout } = spawnSync(process.execPath, [dclint, '--max-warnings', '0', 'docker-compose.yml'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect([status, stdout.trim()]).toEqual([0, '']);
  });

  it('names releases of what it runs', () => {
    for (const { image } of Object.values(services)) expect(image).toMatch(/^agent-registry:dev$|^\S+:v?\d+\.\d+\S*$/);
  });

  it('configures the service with settings that it has and takes, as in production', () => {
    const environment = Object.fromEntries(
      Object.entries(registry.environment!).map(([name, value]) => [name, value.replace(/\$\{\w+:-([^}]*)\}/g, '$1')]),
    );
    expect(Object.keys(new Configuration())).toEqual(expect.arrayContaining(Object.keys(environment)));
    const { DATABASE_URL, REDIS_URL, SERVER_HOST } = loadConfiguration({ NODE_ENV: 'production', ...environment });
    expect(SERVER_HOST).toBe('0.0.0.0'); // published ports lead to nothing else
    for (const url of [DATABASE_URL, REDIS_URL]) expect(Object.keys(services)).toContain(new URL(url!).hostname);
  });

  it('lets clients and Prometheus in other containers ask without tokens', () => {
    const [, ALLOWED_HOSTS] = /:-([^}]*)}/.exec(registry.environment!.ALLOWED_HOSTS!)!;
    const check = new HostCheck({ ALLOWED_HOSTS });
    for (const host of ['agent-registry:8080', '172.18.0.5:8080', 'localhost:8080']) {
      const request = new IncomingMessage(new Socket());
      Object.assign(request.headers, { host });
      expect([host, check.refusalOf(request)]).toEqual([host, undefined]);
    }
  });

  it('starts nothing before what it needs is there', () => {
    expect(registry.depends_on).toEqual({
      postgres: { condition: 'service_healthy' },
      redis: { condition: 'service_healthy' },
    });
    for (const { depends_on: needed = [] } of Object.values(services)) {
      const names = Array.isArray(needed) ? needed : Object.keys(needed);
      expect(Object.keys(services)).toEqual(expect.arrayContaining(names));
      if (!Array.isArray(needed)) for (const name of names) expect(services[name]!.healthcheck).toBeDefined();
    }
  });

  it('is not reached from elsewhere', () => {
    for (const { ports = [] } of Object.values(services)) {
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\$\{\w+:-\d+\}:\d+$/);
    }
  });

  it('mounts what is there', () => {
    for (const { volumes: mounts = [] } of Object.values(services)) {
      for (const [source] of mounts.map((mount) => mount.split(':'))) {
        if (source!.startsWith('.')) expect([source, existsSync(join(ROOT, source!))]).toEqual([source, true]);
        else expect(Object.keys(volumes)).toContain(source);
      }
    }
  });

  it('runs the stand-in court with nothing but its two files', () => {
    const mounts = services.court!.volumes!.map((mount) => mount.split(':').slice(0, 2));
    expect(mounts).toEqual(['court.mjs', 'court.rules.json'].map((file) => [`./scripts/${file}`, `/court/${file}`]));
    const imported = [...read('scripts/court.mjs').matchAll(/^import .* from '(.*)';$/gm)].map(([, from]) => from);
    expect(imported.filter((from) => !from!.startsWith('node:'))).toEqual([]);
    expect(imported).toContain('node:http');
  });

  it.each([
    [200, 0],
    [503, 1],
    [undefined, 1],
  ])('waits until the service is ready: %s is exit code %s', async (status, code) => {
    const [kind, ...command] = registry.healthcheck!.test;
    expect(kind).toBe('CMD');
    expect(await answered(command, '/health/ready', status)).toBe(code);
  });

  it('gives a stop the time that it takes', () => {
    const { SHUTDOWN_DRAIN_MS, SHUTDOWN_GRACE_SECONDS } = new Configuration();
    const [, milliseconds] = /CLEAN_UP_MS = ([\d_]+);/.exec(read('src/service.ts'))!;
    const stop = SHUTDOWN_DRAIN_MS / 1000 + SHUTDOWN_GRACE_SECONDS + Number(milliseconds!.replaceAll('_', '')) / 1000;
    expect(parseInt(registry.stop_grace_period!, 10)).toBeGreaterThan(stop);
  });

  it('lets Prometheus find the service, Grafana Prometheus, and a person the dashboard', () => {
    const { scrape_configs: jobs } = parse(read('deploy/prometheus/prometheus.yml')) as {
      scrape_configs: { dns_sd_configs: { names: string[]; port: number }[] }[];
    };
    expect(jobs.flatMap(({ dns_sd_configs: targets }) => targets)).toEqual([
      expect.objectContaining({ names: ['agent-registry'], port: new Configuration().SERVER_PORT }),
    ]);
    const { datasources } = parse(read('deploy/grafana/provisioning/datasources/prometheus.yml')) as {
      datasources: { type: string; url: string; isDefault: boolean }[];
    };
    expect(datasources).toEqual([expect.objectContaining({ type: 'prometheus', isDefault: true })]);
    const { hostname, port } = new URL(datasources[0]!.url);
    expect(services[hostname]!.ports![0]).toMatch(new RegExp(`:${port}$`));
    const { providers } = parse(read('deploy/grafana/provisioning/dashboards/agent-registry.yml')) as {
      providers: { options: { path: string } }[];
    };
    const mounts = services.grafana!.volumes!.map((mount) => mount.split(':'));
    const [, dashboard] = mounts.find(([source]) => source === './deploy/grafana/agent-registry.json')!;
    expect(providers.map(({ options }) => options.path)).toEqual([posix.dirname(dashboard!)]);
  });
});

/** The exit code of a command that asks the service at `path`, when that answers so; undefined: when nobody does. */
async function answered(command: string[], path: string, status: number | undefined): Promise<number> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url!);
    response.writeHead(status!).end();
  });
  const port = status === undefined ? await freePort() : await listening(server);
  try {
    const [program, ...args] = command.map((word) => word.replace('127.0.0.1:8080', `127.0.0.1:${port}`));
    expect(program).toBe('node');
    const child = spawn(process.execPath, args, { env: { SERVER_PORT: String(port) }, stdio: 'inherit' });
    const [code] = (await once(child, 'exit')) as [number];
    expect(asked).toEqual(status === undefined ? [] : [path]);
    return code;
  } finally {
    server.close();
  }
}

async function listening(server: ReturnType<typeof createServer>): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

function read(name: string): string {
  return readFileSync(join(ROOT, name), 'utf8');
}
