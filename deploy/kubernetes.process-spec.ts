import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { Configuration } from '../src/platform/config/configuration';
import { loadConfiguration } from '../src/platform/config/load-configuration';
import { createTestDatabase } from '../test/support/test-database';
import { skip } from '../test/support/skip';
import { type Manifest, problemsOf } from '../test/support/typed-manifests';

type Labels = Record<string, string>;

interface Probe {
  httpGet: { path: string; port: string };
}

interface Container {
  ports: { name: string; containerPort: number }[];
  image: string;
  command?: string[];
  args?: string[];
  env: { name: string; value?: string; valueFrom?: { secretKeyRef?: { name: string; key: string } } }[];
  envFrom: { configMapRef: { name: string } }[];
  volumeMounts: { name: string; mountPath: string }[];
  startupProbe: Probe;
  livenessProbe: Probe;
  readinessProbe: Probe;
  securityContext: object;
}

interface Pod {
  serviceAccountName: string;
  terminationGracePeriodSeconds: number;
  securityContext: object;
  containers: [Container];
  volumes: { name: string; secret: { items: { path: string }[] }; persistentVolumeClaim?: { claimName: string } }[];
  topologySpreadConstraints: { labelSelector: { matchLabels: Labels } }[];
}

interface AlertRules {
  groups: { rules: { annotations?: { runbook_url?: string } }[] }[];
}

/** What of each kind the tests look at. */
interface Kinds {
  ServiceAccount: Manifest;
  ConfigMap: Manifest & { data: Record<string, string> };
  Deployment: Manifest & {
    spec: {
      replicas?: number;
      strategy: object;
      selector: { matchLabels: Labels };
      template: { metadata: { labels: Labels }; spec: Pod };
    };
  };
  Service: Manifest & { spec: { selector: Labels; ports: { name: string; port: number; targetPort: string }[] } };
  PodDisruptionBudget: Manifest & { spec: { selector: { matchLabels: Labels } } };
  HorizontalPodAutoscaler: Manifest & { spec: { minReplicas: number } };
  NetworkPolicy: Manifest & { spec: { podSelector: { matchLabels: Labels }; ingress: { ports: object[] }[] } };
  Ingress: Manifest & {
    spec: {
      ingressClassName: string;
      tls: { hosts: string[] }[];
      rules: { host: string; http: { paths: { backend: { service: { name: string; port: { name: string } } } }[] } }[];
    };
  };
  Gateway: Manifest & { spec: { gatewayClassName: string; listeners: { name: string; hostname: string }[] } };
  HTTPRoute: Manifest & { spec: { parentRefs: { sectionName: string }[]; hostnames: string[]; rules: object[] } };
  PrometheusRule: Manifest & { spec: AlertRules };
  CronJob: Manifest & {
    spec: { jobTemplate: { spec: { template: { metadata: { labels: Labels }; spec: Pod } } } };
  };
  ServiceMonitor: Manifest & {
    spec: { jobLabel: string; selector: { matchLabels: Labels }; endpoints: { port: string; path: string }[] };
  };
}

const BASE = ['ServiceAccount', 'ConfigMap', 'Deployment', 'Service', 'PodDisruptionBudget', 'NetworkPolicy'];
/** What each component adds, by kind. */
const COMPONENTS: Record<string, string[]> = {
  autoscaling: ['HorizontalPodAutoscaler'],
  ingress: ['Ingress'],
  gateway: ['Gateway', 'HTTPRoute', 'HTTPRoute'],
  monitoring: ['ServiceMonitor', 'PrometheusRule', 'ConfigMap'],
  backup: ['CronJob', 'PersistentVolumeClaim', 'NetworkPolicy'],
};
const of = (...components: string[]): string[] => components.flatMap((name) => COMPONENTS[name]!);
/** A directory that is there, or the base with these components. */
const DIRECTORIES: Record<string, string[]> = {
  base: BASE,
  'overlays/production': [...BASE, 'Namespace', ...of('autoscaling', 'ingress', 'monitoring')],
  ...Object.fromEntries(Object.keys(COMPONENTS).map((name) => [`components/${name}`, [...BASE, ...of(name)]])),
};
/** What a start in production needs and finds in the Secret. */
const SECRETS = { DATABASE_URL: 'postgres://user:secret@host/name', REDIS_URL: 'redis://host' };

const KUBERNETES = join(__dirname, 'kubernetes');
const { data: OVERLAY } = parse(read('kubernetes/overlays/production/settings.yaml')) as Kinds['ConfigMap'];
const BACKUP = /^registry-20\d\d-\d\d-\d\d-\d{6}\.backup$/;

const kubectl = versionOfKubectl();
const rendered = Object.keys(DIRECTORIES).filter((directory) => kubectl >= oldestThatRenders(directory));
for (const directory of Object.keys(DIRECTORIES)) {
  if (rendered.includes(directory)) continue;
  const there = kubectl > 0 ? `that on the PATH is 1.${kubectl}` : 'there is none on the PATH';
  skip(`deploy/kubernetes/${directory}`, `it takes kubectl 1.${oldestThatRenders(directory)}, ${there}`);
}

// Not describe.each, which takes no empty list.
for (const directory of rendered)
  describe(`deploy/kubernetes/${directory}`, () => {
    const manifests = render(directory);
    const deployment = the('Deployment');
    const { template } = deployment.spec;
    const pod = template.spec;
    const [container] = pod.containers;
    const settings = the('ConfigMap');

    /** Of several of a kind that of the service itself: its name may end in a hash, and in nothing else. */
    function the<Kind extends keyof Kinds>(kind: Kind): Kinds[Kind] {
      const ofKind = manifests.filter((manifest) => manifest.kind === kind);
      return ofKind.find(({ metadata }) => /^agent-registry(-[a-z0-9]{10})?$/.test(metadata.name)) as Kinds[Kind];
    }
    const has = (kind: string): boolean => DIRECTORIES[directory]!.includes(kind);

    it('has what the API has, and one of each', () => {
      expect(problemsOf(manifests)).toEqual([]);
      expect(manifests.map(({ kind }) => kind).sort()).toEqual(DIRECTORIES[directory]!.toSorted());
    });

    it('selects its pods, and them alone', () => {
      const { spec: service } = the('Service');
      const budget = the('PodDisruptionBudget');
      const policy = the('NetworkPolicy');
      const selectors = [
        deployment.spec.selector.matchLabels,
        service.selector,
        budget.spec.selector.matchLabels,
        policy.spec.podSelector.matchLabels,
        ...pod.topologySpreadConstraints.map(({ labelSelector }) => labelSelector.matchLabels),
      ];
      for (const selector of selectors) {
        expect(Object.keys(selector)).not.toEqual([]);
        expect(template.metadata.labels).toMatchObject(selector);
      }
      expect(pod.serviceAccountName).toBe(the('ServiceAccount').metadata.name);
    });

    it('sends requests and probes to the port that the service serves, by paths that it has', () => {
      const { SERVER_PORT } = configured();
      expect(container.ports).toEqual([{ name: 'http', containerPort: SERVER_PORT }]);
      expect(the('Service').spec.ports.map(({ targetPort }) => targetPort)).toEqual(['http']);
      const policy = the('NetworkPolicy');
      expect(policy.spec.ingress.map(({ ports }) => ports)).toEqual([[{ port: 'http' }]]);
      const probes = [container.startupProbe, container.livenessProbe, container.readinessProbe];
      expect(probes.map(({ httpGet }) => httpGet.port)).toEqual(['http', 'http', 'http']);
      const paths = probes.map(({ httpGet }) => httpGet.path);
      expect(paths).toEqual(['/health/live', '/health/live', '/health/ready']);
      for (const path of paths) expect(routes()).toContain(path);
    });

    it('configures the service with settings that it has and takes', () => {
      expect(container.envFrom).toEqual([{ configMapRef: { name: settings.metadata.name } }]);
      const names = [...Object.keys(settings.data), ...container.env.map(({ name }) => name)];
      expect(Object.keys(new Configuration())).toEqual(expect.arrayContaining(names));
      expect(new Set(names).size).toBe(names.length);
      expect(() => configured()).not.toThrow();
    });

    it('holds no secret, and refers to those that it needs', () => {
      expect(container.env.map(({ name }) => name).sort()).toEqual(Object.keys(SECRETS));
      for (const { name, value, valueFrom } of container.env) {
        expect([value, valueFrom?.secretKeyRef?.key]).toEqual([undefined, name]);
      }
      const mounted = pod.volumes.flatMap((volume) => {
        const mount = container.volumeMounts.find(({ name }) => name === volume.name)!;
        return volume.secret.items.map(({ path }) => `${mount.mountPath}/${path}`);
      });
      expect(mounted).toEqual([settings.data.AUTH_TOKENS_FILE]);
      expect(Object.keys(settings.data)).not.toContain('AUTH_TOKENS');
      expect(JSON.stringify(manifests)).not.toMatch(/:\/\/[^/"]*@|password/i);
    });

    it('gives a stop the time that it takes', () => {
      const { SHUTDOWN_DRAIN_MS, SHUTDOWN_GRACE_SECONDS } = configured();
      const [, milliseconds] = /CLEAN_UP_MS = ([\d_]+);/.exec(read('../src/service.ts'))!;
      const stop = SHUTDOWN_DRAIN_MS / 1000 + SHUTDOWN_GRACE_SECONDS + Number(milliseconds!.replaceAll('_', '')) / 1000;
      expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(stop);
    });

    it('updates without a gap, two replicas or more', () => {
      expect(deployment.spec.strategy).toMatchObject({ rollingUpdate: { maxUnavailable: 0 } });
      if (!has('HorizontalPodAutoscaler')) expect(deployment.spec.replicas).toBeGreaterThan(1);
    });

    it('tells of nothing that the settings of the overlay have not been put into', () => {
      expect(JSON.stringify(manifests)).not.toContain('set-by-the-settings');
      expect(manifests.map(({ metadata }) => metadata.name)).not.toContain('deployment-settings');
    });

    if (has('HorizontalPodAutoscaler')) {
      it('leaves the number of replicas to the autoscaler', () => {
        expect(deployment.spec).not.toHaveProperty('replicas');
        const { spec } = the('HorizontalPodAutoscaler');
        expect(spec.minReplicas).toBeGreaterThan(1);
        expect(spec).toMatchObject({
          scaleTargetRef: { apiVersion: deployment.apiVersion, kind: 'Deployment', name: deployment.metadata.name },
        });
      });
    }

    if (has('Ingress')) {
      it('has TLS in front by an Ingress, to the port of the Service, which then believes one proxy', () => {
        const { rules, tls, ingressClassName } = the('Ingress').spec;
        const service = the('Service');
        expect([ingressClassName, rules.map(({ host }) => host), tls.map(({ hosts }) => hosts)]).toEqual([
          OVERLAY.ingressClass,
          [OVERLAY.host],
          [[OVERLAY.host]],
        ]);
        const [path] = rules[0]!.http.paths;
        expect(path).toMatchObject({ path: '/', pathType: 'Prefix' });
        expect(path!.backend.service.name).toBe(service.metadata.name);
        expect(service.spec.ports.map(({ name }) => name)).toContain(path!.backend.service.port.name);
        expect(configured().TRUST_PROXY_HOPS).toBe(1);
      });
    }

    if (has('Gateway')) {
      it('has TLS in front by a Gateway, and sends what is not encrypted there', () => {
        const { gatewayClassName, listeners } = the('Gateway').spec;
        expect(gatewayClassName).toBe(OVERLAY.gatewayClass);
        const httpRoutes = manifests.filter(({ kind }) => kind === 'HTTPRoute') as Kinds['HTTPRoute'][];
        for (const { hostname } of listeners) expect(hostname).toBe(OVERLAY.host);
        for (const { spec } of httpRoutes) expect(spec.hostnames).toEqual([OVERLAY.host]);
        const reached = httpRoutes.flatMap(({ spec }) => spec.parentRefs.map(({ sectionName }) => sectionName));
        expect(reached.sort()).toEqual(listeners.map(({ name }) => name).sort());
        const [encrypted, plain] = [httpRoutes.find(isOf('https'))!, httpRoutes.find(isOf('http'))!];
        const service = the('Service');
        expect(encrypted.spec.rules).toEqual([
          { backendRefs: [{ name: service.metadata.name, port: service.spec.ports[0]!.port }] },
        ]);
        expect(plain.spec.rules).toEqual([
          { filters: [{ type: 'RequestRedirect', requestRedirect: { scheme: 'https', statusCode: 301 } }] },
        ]);
        expect(configured().TRUST_PROXY_HOPS).toBe(1);
      });
    }

    if (has('PrometheusRule')) {
      it('has the alerts of deploy/prometheus, with links that lead somewhere, and the dashboard of deploy/grafana', () => {
        const { spec, metadata } = the('PrometheusRule');
        const plain = parse(read('prometheus/alerts.yml')) as AlertRules;
        const links = runbooksOf(spec);
        expect(links.length).toBeGreaterThan(10);
        expect(links).toEqual(runbooksOf(plain).map((url) => url.replace('docs/operations.md', OVERLAY.runbooks!)));
        expect(withoutRunbooks(spec)).toEqual(withoutRunbooks(plain));
        for (const link of links) expect(new URL(link).protocol).toBe('https:');
        for (const { labels } of [metadata, the('ServiceMonitor').metadata])
          expect(labels).toMatchObject({ release: OVERLAY.prometheusRelease });
        const dashboard = manifests.find(({ metadata: { name } }) => name === 'agent-registry-dashboard');
        expect(dashboard).toMatchObject({
          kind: 'ConfigMap',
          metadata: { labels: { grafana_dashboard: '1' } },
          data: { 'agent-registry.json': read('grafana/agent-registry.json') },
        });
      });
    }

    if (has('CronJob')) {
      describe('the backup', () => {
        const { spec } = manifests.find(({ kind }) => kind === 'CronJob') as Kinds['CronJob'];
        const { metadata, spec: job } = spec.jobTemplate.spec.template;
        const [backup] = job.containers;

        it('runs as the service does, and gets none of its requests', () => {
          expect(metadata.labels).not.toMatchObject(the('Service').spec.selector);
          expect(metadata.labels).not.toMatchObject(deployment.spec.selector.matchLabels);
          const [policy] = manifests.filter((each) => each.kind === 'NetworkPolicy' && each !== the('NetworkPolicy'));
          expect(metadata.labels).toMatchObject((policy as Kinds['NetworkPolicy']).spec.podSelector.matchLabels);
          expect(job.securityContext).toEqual(pod.securityContext);
          expect(backup.securityContext).toEqual(container.securityContext);
          expect(backup.image).toBe(container.image);
          expect(job.volumes.map(({ persistentVolumeClaim: claim }) => claim!.claimName)).toEqual([
            manifests.find(({ kind }) => kind === 'PersistentVolumeClaim')!.metadata.name,
          ]);
        });

        it('writes a backup that can be read, and then takes away those that are too old', async () => {
          const database = await createTestDatabase();
          const volume = mkdtempSync(join(tmpdir(), 'agent-registry-backups-'));
          const old = join(volume, 'registry-2020-01-01-031700.backup');
          const recent = join(volume, 'registry-2020-01-02-031700.backup');
          const foreign = join(volume, 'notes.txt');
          for (const file of [old, recent, foreign]) writeFileSync(file, '');
          const days = Number(backup.env.find(({ name }) => name === 'KEPT_DAYS')!.value);
          const daysAgo = (count: number): number => Date.now() / 1000 - count * 86_400;
          utimesSync(old, daysAgo(days + 2), daysAgo(days + 2));
          utimesSync(recent, daysAgo(days - 1), daysAgo(days - 1));
          utimesSync(foreign, daysAgo(days + 2), daysAgo(days + 2));
          const [shell, flags] = backup.command!;
          const env = {
            PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
            NODE_ENV: 'production',
            KEPT_DAYS: String(days),
            REDIS_URL: SECRETS.REDIS_URL,
            DATABASE_URL: database.url,
          };
          expect(backup.env.map(({ name }) => name).every((name) => name in env)).toBe(true);
          expect(job.containers[0].volumeMounts.map(({ mountPath }) => mountPath)).toEqual(['/backups']);
          const script = backup.args![0]!.replaceAll('/backups', volume);
          const run = spawnSync(shell!, [flags!, script], { cwd: join(__dirname, '..'), env, encoding: 'utf8' });
          expect([run.status, run.stderr]).toEqual([0, '']);
          const left = readdirSync(volume).sort();
          expect(left).toEqual(['notes.txt', 'registry-2020-01-02-031700.backup', expect.stringMatching(BACKUP)]);
          const check = ['dist/backup/backup.main.js', 'restore', '--check', join(volume, left[2]!)];
          expect(spawnSync(process.execPath, check, { cwd: join(__dirname, '..'), env }).status).toBe(0);
          rmSync(volume, { recursive: true });
          await database.drop();
        });
      });
    }

    it('runs as the user of the image, with nothing that it does not need', () => {
      const [, user, group] = /^USER (\d+):(\d+)$/m.exec(read('../Dockerfile'))!;
      expect(pod.securityContext).toMatchObject({
        runAsNonRoot: true,
        runAsUser: Number(user),
        runAsGroup: Number(group),
        seccompProfile: { type: 'RuntimeDefault' },
      });
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(pod).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false });
    });

    if (has('ServiceMonitor')) {
      it('is scraped as the job that the alerts go by', () => {
        const service = the('Service');
        const { jobLabel, selector, endpoints } = the('ServiceMonitor').spec;
        expect(service.metadata.labels).toMatchObject(selector.matchLabels);
        const { scrape_configs: jobs } = parse(read('prometheus/prometheus.yml')) as { scrape_configs: object[] };
        expect(jobs).toEqual([expect.objectContaining({ job_name: service.metadata.labels![jobLabel] })]);
        for (const { port, path } of endpoints) {
          expect(service.spec.ports.map(({ name }) => name)).toContain(port);
          expect(routes()).toContain(path);
        }
      });
    }

    function configured(): Configuration {
      return loadConfiguration({ NODE_ENV: 'production', ...settings.data, ...SECRETS });
    }
  });

describe('the look at manifests', () => {
  const budget = { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'x' } };
  const monitor = { apiVersion: 'monitoring.coreos.com/v1', kind: 'ServiceMonitor', metadata: { name: 'x' } };

  it.each([
    ['a kind that there is not', { ...budget, kind: 'PodDisruptionBudgets' }, /PodDisruptionBudgets/],
    ['an unknown version', { ...budget, apiVersion: 'policy/v9' }, /policy\/v9/],
    ['an unknown field', { ...budget, spec: { maxUnavailabel: 1 } }, /maxUnavailabel/],
    ['a value of another type', { ...budget, spec: { maxUnavailable: true } }, /maxUnavailable.* not assignable/],
    ['a missing field', monitor, /spec.* is missing/],
    ['an unknown field of a custom resource', { ...monitor, spec: { selector: {}, endpoints: [{ prt: 1 }] } }, /prt/],
  ])('finds %s', (_, manifest, problem) => {
    const problems = problemsOf([budget, manifest]);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(problem);
  });
});

/** A component is rendered on top of the base, with the settings of the overlay. */
function render(directory: string): Manifest[] {
  if (!directory.startsWith('components/')) return kustomize(join(KUBERNETES, directory));
  const own = mkdtempSync(join(tmpdir(), 'agent-registry-kustomize-'));
  const there = relative(realpathSync(own), realpathSync(KUBERNETES));
  copyFileSync(join(KUBERNETES, 'overlays/production/settings.yaml'), join(own, 'settings.yaml'));
  const lines = ['resources: [settings.yaml, BASE]', 'components: [COMPONENT]'].join('\n');
  const text = lines.replace('BASE', `${there}/base`).replace('COMPONENT', `${there}/${directory}`);
  writeFileSync(join(own, 'kustomization.yaml'), text);
  try {
    return kustomize(own);
  } finally {
    rmSync(own, { recursive: true });
  }
}

function kustomize(path: string): Manifest[] {
  const { status, stdout, stderr } = spawnSync('kubectl', ['kustomize', path], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  expect(stderr).toBe(''); // such as that a field is deprecated
  return parseAllDocuments(stdout).map((document) => document.toJS() as Manifest);
}

function isOf(listener: string): (route: Kinds['HTTPRoute']) => boolean {
  return ({ spec }) => spec.parentRefs.some(({ sectionName }) => sectionName === listener);
}

function runbooksOf({ groups }: AlertRules): string[] {
  return groups.flatMap(({ rules }) => rules.flatMap(({ annotations }) => annotations?.runbook_url ?? []));
}

function withoutRunbooks(rules: AlertRules): unknown {
  return JSON.parse(JSON.stringify(rules, (key, value: unknown) => (key === 'runbook_url' ? undefined : value)));
}

/** The minor version of kubectl. Those before 1.21, like Debian 12's, do not take a directory as a resource. */
function oldestThatRenders(directory: string): number {
  return directory === 'base' ? 14 : 21;
}

/** Its minor version; 0 when there is none. */
function versionOfKubectl(): number {
  const { error, stdout } = spawnSync('kubectl', ['version', '--client', '--output=json'], { encoding: 'utf8' });
  if (error) return 0;
  const { clientVersion } = JSON.parse(stdout) as { clientVersion: { gitVersion: string } };
  return Number(clientVersion.gitVersion.split('.')[1]);
}

/** The paths that answer GET. */
function routes(): string[] {
  const { paths } = JSON.parse(read('../openapi.json')) as { paths: Record<string, object> };
  return Object.keys(paths).filter((path) => 'get' in paths[path]!);
}

function read(name: string): string {
  return readFileSync(join(__dirname, name), 'utf8');
}
