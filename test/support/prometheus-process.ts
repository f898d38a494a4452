import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { freePort } from './free-port';
import { guardGroup } from './guard';
import { until } from './until';

const DEPLOY = join(__dirname, '../../deploy/prometheus');

type Labels = Record<string, string>;

/** The part of prometheus.yml that tests change. */
interface Settings {
  global: object;
  scrape_configs: [{ job_name: string }];
}

/**
 * A Prometheus with the configuration and the alerts that are delivered, in a process of its own, that scrapes and evaluates
 * every second. It scrapes these targets, and of the alerts only the `for:` are changed, to a second.
 */
export class PrometheusProcess {
  private output = '';
  private readonly child: ChildProcess;
  private readonly ended: Promise<unknown>;

  private constructor(
    private readonly directory: string,
    private readonly port: number,
  ) {
    const flags = [
      `--config.file=${join(directory, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ];
    this.child = spawn('prometheus', flags, { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    const guard = this.child.pid === undefined ? undefined : guardGroup(this.child.pid, [directory]);
    this.ended = once(this.child, 'close')
      .catch((error: Error) => (this.output += error.message))
      .finally(() => guard?.kill('SIGKILL'));
  }

  /**
   * Starts it and waits until it answers. `targets` are addresses without a scheme.
   * @throws Error with all of its output when it does not.
   */
  static async start(targets: string[]): Promise<PrometheusProcess> {
    const directory = mkdtempSync(join(tmpdir(), 'agent-registry-prometheus-'));
    const settings = parse(readFileSync(join(DEPLOY, 'prometheus.yml'), 'utf8')) as Settings;
    const [{ job_name }] = settings.scrape_configs;
    const changed = {
      ...settings,
      global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
      scrape_configs: [{ job_name, static_configs: [{ targets }] }],
    };
    writeFileSync(join(directory, 'prometheus.yml'), stringify(changed));
    const alerts = readFileSync(join(DEPLOY, 'alerts.yml'), 'utf8');
    writeFileSync(join(directory, 'alerts.yml'), alerts.replace(/^( +for:) .*$/gm, '$1 1s'));

    const prometheus = new PrometheusProcess(directory, await freePort());
    const failed = prometheus.ended.then(() => {
      throw new Error(`Prometheus ended:\n${prometheus.output}`);
    });
    failed.catch(() => undefined); // later it may
    try {
      await Promise.race([failed, until('Prometheus is ready', 150, () => prometheus.isReady())]);
    } catch (error) {
      await prometheus.stop();
      throw error;
    }
    return prometheus;
  }

  /** The samples of an expression as of now. */
  async query(expression: string): Promise<{ labels: Labels; value: number }[]> {
    const { result } = await this.get<{ result: { metric: Labels; value: [number, string] }[] }>(
      `query?query=${encodeURIComponent(expression)}`,
    );
    return result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
  }

  /** The labels of all alerts that fire now. */
  async firing(): Promise<Labels[]> {
    const { alerts } = await this.get<{ alerts: { state: string; labels: Labels }[] }>('alerts');
    return alerts.filter(({ state }) => state === 'firing').map(({ labels }) => labels);
  }

  /** How the last evaluation of each rule went (`ok`, `unknown` before the first), by name. */
  async ruleHealth(): Promise<Map<string, string>> {
    const { groups } = await this.get<{ groups: { rules: { name: string; health: string }[] }[] }>('rules');
    return new Map(groups.flatMap(({ rules }) => rules.map(({ name, health }) => [name, health])));
  }

  /** Ends it and removes what it wrote. May be called more than once. */
  async stop(): Promise<void> {
    this.child.kill();
    await this.ended;
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 3 });
  }

  private async isReady(): Promise<boolean> {
    const answer = await fetch(`http://127.0.0.1:${this.port}/-/ready`).catch(() => undefined);
    return answer?.status === 200;
  }

  private async get<Data>(path: string): Promise<Data> {
    const answer = await fetch(`http://127.0.0.1:${this.port}/api/v1/${path}`);
    const { status, error, data } = (await answer.json()) as { status: string; error?: string; data: Data };
    if (status !== 'success') throw new Error(`${path}: ${error}`);
    return data;
  }
}
