import type { Metric, Registry } from 'prom-client';

/** What a scrape asks of a metric. */
export interface ReadableMetric {
  readonly name: string;
  get(): Promise<{ name: string; help: string; type: string; aggregator: string; values: MetricSample[] }>;
}

export interface MetricSample {
  labels: Record<string, string | number>;
  value: number;
  /** With the suffix of its kind. */
  metricName: string;
}

/** What is used of `prom-client` 15 that its documentation does not promise: a registry asks `name` and `get()` of a metric, nothing else. */
export function registerReadable(registry: Registry, metric: ReadableMetric): void {
  registry.registerMetric(metric as unknown as Metric);
}
