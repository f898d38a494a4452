import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { parse } from 'yaml';
import { AppModule } from '../src/app.module';
import { definedMetrics, type MetricDefinition } from '../src/platform/observability/metric-definitions';
import { usageOf } from '../test/support/promql';

interface Rule {
  record?: string;
  alert?: string;
  expr: string;
  for?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

/** One of prom-client's. */
interface DefaultMetric {
  name: string;
  type: MetricDefinition['type'];
  labelNames: string[];
}

interface Panel {
  id: number;
  type: string;
  title?: string;
  gridPos: { x: number; y: number; w: number; h: number };
  datasource?: unknown;
  fieldConfig?: { defaults: { unit?: string } };
  targets?: { refId: string; datasource: unknown; expr: string; legendFormat: string }[];
}

interface Dashboard {
  uid: string;
  schemaVersion: number;
  panels: Panel[];
  templating: { list: { name: string; type: string; query: string | { query: string } }[] };
}

const HISTOGRAM_SERIES: [string, string[]][] = [
  ['_bucket', ['le']],
  ['_sum', []],
  ['_count', []],
];
const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };

const rules = (parse(text('prometheus/alerts.yml')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  (group) => group.rules,
);
const alerts = rules.filter(({ alert }) => alert !== undefined);
const dashboard = JSON.parse(text('grafana/agent-registry.json')) as Dashboard;
const panels = dashboard.panels.filter(({ type }) => type !== 'row');
const targets = panels.flatMap((panel) =>
  panel.targets!.map(({ expr, legendFormat }) => ({ where: panel.title!, expr, words: legendFormat })),
);
const expressions = [
  ...rules.map(({ record, alert, expr, annotations = {} }) => {
    return { where: (record ?? alert)!, expr, words: Object.values(annotations).join(' ') };
  }),
  ...targets,
];
const labels = labelsByMetric();

describe('the rules for Prometheus', () => {
  it('are accepted by promtool', () => {
    expect(promtool('check', 'rules', file('prometheus/alerts.yml'))).toContain('SUCCESS');
    expect(promtool('check', 'config', file('prometheus/prometheus.yml'))).toContain('SUCCESS');
  });

  it('fire when they should and not when they should not', () => {
    expect(promtool('test', 'rules', file('prometheus/alerts.test.yml'))).toContain('SUCCESS');
  });

  it('are all tested, firing and silent', () => {
    const { tests } = parse(text('prometheus/alerts.test.yml')) as {
      tests: { alert_rule_test: { alertname: string; exp_alerts?: unknown[] }[] }[];
    };
    const cases = tests.flatMap(({ alert_rule_test: checks }) => checks);
    const tested = (isFiring: boolean): string[] =>
      cases.filter(({ exp_alerts: expected }) => (expected !== undefined) === isFiring).map((each) => each.alertname);
    const names = alerts.map(({ alert }) => alert!).sort();
    expect([...new Set(tested(true))].sort()).toEqual(names);
    expect([...new Set(tested(false))].sort()).toEqual(names);
  });

  it.each(alerts.map((rule) => [rule.alert, rule]))('tell what %s means and where to read on', (name, rule) => {
    const { summary, description, runbook_url: url = '' } = rule.annotations!;
    expect(['critical', 'warning']).toContain(rule.labels!.severity);
    expect(summary).toMatch(/\w/);
    expect(description).toMatch(/\w/);
    const [page, anchor] = url.split('#');
    expect([page, anchor]).toEqual(['docs/operations.md', name!.toLowerCase()]);
    expect(anchorsOf(text(`../${page}`))).toContain(anchor);
  });
});

describe('the dashboard for Grafana', () => {
  it('is one, with a variable for the data source, which every panel uses', () => {
    expect(dashboard).toMatchObject({ uid: 'agent-registry', schemaVersion: 39 });
    expect(dashboard.templating.list[0]).toMatchObject({ name: 'datasource', type: 'datasource', query: 'prometheus' });
    const used = panels.flatMap(({ datasource, targets: of }) => [
      datasource,
      ...of!.map((target) => target.datasource),
    ]);
    for (const each of used) expect(each).toEqual(DATASOURCE);
  });

  it.each(panels.map((panel) => [panel.title, panel]))('has a unit and queries for "%s"', (title, panel) => {
    expect(title).toMatch(/\w/);
    expect(panel.fieldConfig?.defaults.unit).toMatch(/\w/);
    const ids = panel.targets!.map(({ refId }) => refId);
    expect(ids.length).toBeGreaterThan(0);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('gives every panel an id and a place of its own, under a row', () => {
    expect(dashboard.panels[0]?.type).toBe('row');
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) => {
      expect(x + w).toBeLessThanOrEqual(24);
      return Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`);
    });
    expect(new Set(cells).size).toBe(cells.length);
  });

  it('asks what Prometheus understands', () => {
    const directory = mkdtempSync(join(tmpdir(), 'agent-registry-dashboard-'));
    try {
      const asRules = targets.map(({ expr }, index) => {
        return { record: `panel:${index}`, expr: expr.replaceAll('$__rate_interval', '1m') };
      });
      const path = join(directory, 'panels.json'); // JSON is YAML
      writeFileSync(path, JSON.stringify({ groups: [{ name: 'panels', rules: asRules }] }));
      expect(promtool('check', 'rules', path)).toContain(`${targets.length} rules found`);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('fills its variables by metrics that there are', () => {
    const queries = dashboard.templating.list.flatMap(({ query }) => (typeof query === 'string' ? [] : [query.query]));
    expect(queries.length).toBeGreaterThan(0);
    for (const query of queries) {
      const [, expr, label] = /^label_values\((.*), (\w+)\)$/.exec(query)!;
      expect(unknownIn(expr!)).toEqual([]);
      expect(labels.get(usageOf(expr!).selectors[0]!.metric)).toContain(label);
    }
  });
});

describe('every expression', () => {
  it.each(expressions.map((each) => [each.where, each]))('%s uses metrics and labels that there are', (_, each) => {
    expect(usageOf(each.expr).selectors.length).toBeGreaterThan(0);
    expect(unknownIn(each.expr, labelsNamedIn(each.words))).toEqual([]);
  });

  it.each([
    ['http_requests_total', ['http_requests_total']],
    ['rate(http_request_duration_seconds[5m])', ['http_request_duration_seconds']],
    ['sum by (le) (rate(agent_heartbeats_total{outcome="x"}[5m]))', ['agent_heartbeats_total{outcome}', 'by le']],
    ['up == 0 and on (kind) heartbeat_flush_lag_seconds offset 5m > 1e3', ['by kind']],
    ['job:no_such_rule:sum / job:http_requests:rate5m', ['job:no_such_rule:sum']],
    ['max(health_check_up{check="}database{"}) or vector(0)', []],
  ])('is not believed blindly: %s', (expr, unknown) => {
    expect(unknownIn(expr)).toEqual(unknown);
  });
});

/** What is not there: metrics, labels of metrics, and labels that none of the metrics of the expression has. */
function unknownIn(expr: string, named: string[] = []): string[] {
  const { selectors, grouping } = usageOf(expr);
  const known = new Set(selectors.flatMap(({ metric }) => labels.get(metric) ?? []));
  return [
    ...selectors.flatMap(({ metric, labels: matched }) => {
      const own = labels.get(metric);
      return own ? matched.filter((label) => !own.includes(label)).map((label) => `${metric}{${label}}`) : [metric];
    }),
    ...[...grouping, ...named].filter((label) => !known.has(label)).map((label) => `by ${label}`),
  ];
}

void AppModule; // its modules define the metrics

/** Every series that there can be, with its labels: the service's own, those of prom-client, Prometheus's, the recorded. */
function labelsByMetric(): Map<string, string[]> {
  const found = new Map([
    ['up', ['job', 'instance']],
    ['ALERTS', ['job', 'instance', 'alertname', 'alertstate', 'severity']],
  ]);
  const add = (name: string, { type, labels: own }: Pick<MetricDefinition, 'type' | 'labels'>): void => {
    const all = ['job', 'instance', ...own];
    if (type !== 'histogram') found.set(name, all);
    else for (const [end, more] of HISTOGRAM_SERIES) found.set(name + end, [...all, ...more]);
  };
  for (const metric of definedMetrics()) add(metric.name, metric);

  const register = new Registry();
  collectDefaultMetrics({ register });
  for (const metric of register.getMetricsAsArray() as unknown as DefaultMetric[]) {
    const isMisnamed = metric.type === 'gauge' && metric.name.endsWith('_total'); // the service leaves those out
    if (!isMisnamed) add(metric.name, { type: metric.type, labels: metric.labelNames });
  }
  // level:metric:operations, where the level is the labels that are left.
  for (const { record } of rules) if (record) found.set(record, record.split(':', 1)[0]!.split('_'));
  return found;
}

/** Labels that a legend ({{instance}}) or an annotation ({{ $labels.instance }}) shows. */
function labelsNamedIn(words: string): string[] {
  const inBraces = [...words.matchAll(/\{\{\s*(?:\$labels\.)?(\w+)\s*\}\}/g)].map(([, label]) => label!);
  return inBraces.filter((word) => !TEMPLATE_WORDS.has(word));
}

/** What stands in braces in a template and is no label. */
const TEMPLATE_WORDS = new Set(['else', 'end']);

/** The anchors of a Markdown page's headings, as GitHub makes them. */
function anchorsOf(markdown: string): string[] {
  const headings = [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading!);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

function promtool(...args: string[]): string {
  const { error, status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8' });
  if (error) throw new Error('no promtool on the PATH: use npm test', { cause: error });
  if (status !== 0) throw new Error(stdout + stderr);
  return stdout;
}

function file(name: string): string {
  return join(__dirname, name);
}

function text(name: string): string {
  return readFileSync(file(name), 'utf8');
}
