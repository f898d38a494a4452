import { Counter, Gauge, Registry, type MetricObjectWithValues, type MetricValue } from 'prom-client';
import { DURATION_BOUNDS, type Histogram } from './histogram';
import type { Metric } from './metric-definitions';
import { registerReadable, type MetricSample, type ReadableMetric } from '../private-api/prom-client';

type Labels = Record<string, string | number>;

/** One number under its labels. */
export type Sample = [labels: Labels, value: number];

/** A registry whose numbers are asked for before each scrape, be it for this process alone or for all workers together. */
export class ScrapedRegistry extends Registry {
  readonly refreshers: (() => Promise<void>)[] = [];

  override async metrics(): Promise<string> {
    await this.refresh();
    return super.metrics();
  }

  override async getMetricsAsJSON(): Promise<MetricObjectWithValues<MetricValue<string>>[]> {
    await this.refresh();
    return super.getMetricsAsJSON();
  }

  private async refresh(): Promise<void> {
    await Promise.all(this.refreshers.map((refresh) => refresh()));
  }
}

/** Makes the metrics that modules have defined, each with a function that a scrape calls for the present numbers. */
export class Instruments {
  private readonly texts: (() => string)[] = [];

  constructor(readonly registry: ScrapedRegistry) {}

  /** Has `refresh` run before each scrape, for numbers that must be asked for. It must not take long, nor throw. */
  beforeScrape(refresh: () => Promise<void>): void {
    this.registry.refreshers.push(refresh);
  }

  /** Has `read` add to the text of a scrape of this process: for series that are too many for the registry. It must not throw. */
  appendText(read: () => string): void {
    this.texts.push(read);
  }

  /** What {@link appendText} has added. */
  appendedText(): string {
    return this.texts.map((read) => read()).join('');
  }

  /** Where `read` gives no sample, the scrape has none. */
  gauge(metric: Metric, read: () => number | Sample[]): void {
    this.registry.registerMetric(
      new Gauge({
        ...options(metric),
        collect() {
          clear(this);
          for (const [labels, value] of samples(read())) this.set(labels, value);
        },
      }),
    );
  }

  /** `read` gives totals since the start of the process; where it gives none, the scrape has none. */
  counter(metric: Metric, read: () => number | Sample[]): void {
    this.registry.registerMetric(
      new Counter({
        ...options(metric),
        collect() {
          clear(this);
          for (const [labels, value] of samples(read())) this.inc(labels, value);
        },
      }),
    );
  }

  histogram(metric: Metric, read: () => [Labels, Histogram][]): void {
    registerReadable(this.registry, new HistogramMetric(metric, read));
  }
}

/** A histogram that was counted elsewhere, cheaper than prom-client does: only what a scrape asks of a metric. */
class HistogramMetric implements ReadableMetric {
  readonly name: string;

  constructor(
    private readonly metric: Metric,
    private readonly read: () => [Labels, Histogram][],
  ) {
    this.name = metric.name;
  }

  get(): ReturnType<ReadableMetric['get']> {
    const { help, type } = this.metric;
    const values = this.read().flatMap(([labels, tally]) => bucketSamples(this.name, labels, tally));
    return Promise.resolve({ name: this.name, help, type, aggregator: 'sum', values });
  }
}

/** Buckets in Prometheus's sense: each counts all that was at most so long. */
function bucketSamples(name: string, labels: Labels, { counts, sum }: Histogram): MetricSample[] {
  let count = 0;
  const buckets = counts.map((ofBucket, index) => {
    count += ofBucket;
    return { labels: { le: DURATION_BOUNDS[index] ?? '+Inf', ...labels }, value: count, metricName: `${name}_bucket` };
  });
  return [
    ...buckets,
    { labels, value: sum, metricName: `${name}_sum` },
    { labels, value: count, metricName: `${name}_count` },
  ];
}

/** `reset` alone leaves a 0 on a metric without labels, which says something else than no sample. */
function clear(metric: Gauge | Counter): void {
  metric.reset();
  metric.remove({});
}

function samples(read: number | Sample[]): Sample[] {
  return typeof read === 'number' ? [[{}, read]] : read;
}

function options({ name, help, labels, ofWorkers = 'sum' }: Metric) {
  return { name, help, labelNames: [...labels], registers: [] as [], aggregator: ofWorkers };
}
