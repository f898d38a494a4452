import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { Configuration, loadConfiguration } from '../src/platform/config/configuration';
import { skip } from '../test/support/skip';
import { type Manifest, problemsOf } from '../test/support/typed-manifests';

type Labels = Record<string, string>;

interface Probe {
  httpGet: { path: string; port: string };
}

interface Container {
  ports: { name: string; containerPort: number }[];
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
  volumes: { name: string; secret: { items: { path: string }[] } }[];
  topologySpreadConstraints: { labelSelector: { matchLabels: Labels } }[];
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
  Service: Manifest & { spec: { selector: Labels; ports: { name: string; targetPort: string }[] } };
  PodDisruptionBudget: Manifest & { spec: { selector: { matchLabels: Labels } } };
  HorizontalPodAutoscaler: Manifest & { spec: { minReplicas: number } };
  NetworkPolicy: Manifest & { spec: { podSelector: { matchLabels: Labels }; ingress: { ports: object[] }[] } };
  ServiceMonitor: Manifest & {
    spec: { jobLabel: string; selector: { matchLabels: Labels }; endpoints: { port: string; path: string }[] };
  };
}

const BASE = ['ServiceAccount', 'ConfigMap', 'Deployment', 'Service'].concat([
  'PodDisruptionBudget',
  'HorizontalPodAutoscaler',
  'NetworkPolicy',
]);
const DIRECTORIES: Record<string, string[]> = {
  base: BASE,
  'overlays/production': [...BASE, 'Namespace', 'ServiceMonitor'],
};
/** What a start in production needs and finds in the Secret. */
const SECRETS = { DATABASE_URL: 'postgres://user:secret@host/name', REDIS_URL: 'redis://host' };

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

    function the<Kind extends keyof Kinds>(kind: Kind): Kinds[Kind] {
      return manifests.find((manifest) => manifest.kind === kind) as Kinds[Kind];
    }

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
      expect(the('HorizontalPodAutoscaler').spec).toMatchObject({
        scaleTargetRef: { apiVersion: deployment.apiVersion, kind: 'Deployment', name: deployment.metadata.name },
      });
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

    it('updates without a gap, and leaves the number of replicas to the autoscaler', () => {
      expect(deployment.spec.strategy).toMatchObject({ rollingUpdate: { maxUnavailable: 0 } });
      expect(deployment.spec).not.toHaveProperty('replicas');
      const autoscaler = the('HorizontalPodAutoscaler');
      expect(autoscaler.spec.minReplicas).toBeGreaterThan(1);
    });

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

    if (DIRECTORIES[directory]!.includes('ServiceMonitor')) {
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

function render(directory: string): Manifest[] {
  const { status, stdout, stderr } = spawnSync('kubectl', ['kustomize', join(__dirname, 'kubernetes', directory)], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  expect(stderr).toBe(''); // such as that a field is deprecated
  return parseAllDocuments(stdout).map((document) => document.toJS() as Manifest);
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
