import { Counter, Gauge, Registry, type Histogram, type MetricObjectWithValues, type MetricValue } from 'prom-client';
import { DURATION_BOUNDS, type DurationTally } from '../platform/observability/duration-tally';
import { METRICS, type MetricDefinition, type MetricName } from './metrics.catalog';

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

/** The service's metrics, each made of its entry in the catalog and of a function that a scrape calls for the present numbers. */
export class Instruments {
  constructor(readonly registry: ScrapedRegistry) {}

  /** Has `refresh` run before each scrape, for numbers that must be asked for. It must not take long, nor throw. */
  beforeScrape(refresh: () => Promise<void>): void {
    this.registry.refreshers.push(refresh);
  }

  gauge(name: MetricName, read: () => number | Sample[]): void {
    this.registry.registerMetric(
      new Gauge({
        ...options(name),
        collect() {
          this.reset();
          for (const [labels, value] of samples(read())) this.set(labels, value);
        },
      }),
    );
  }

  /** `read` gives totals since the start of the process. */
  counter(name: MetricName, read: () => number | Sample[]): void {
    this.registry.registerMetric(
      new Counter({
        ...options(name),
        collect() {
          this.reset();
          for (const [labels, value] of samples(read())) this.inc(labels, value);
        },
      }),
    );
  }

  histogram(name: MetricName, read: () => [Labels, DurationTally][]): void {
    this.registry.registerMetric(new TallyHistogram(name, read) as unknown as Histogram);
  }
}

/** A histogram that was counted elsewhere, cheaper than prom-client does: only what a scrape asks of a metric. */
class TallyHistogram {
  constructor(
    readonly name: MetricName,
    private readonly read: () => [Labels, DurationTally][],
  ) {}

  get(): Promise<{ name: string; help: string; type: string; aggregator: string; values: HistogramSample[] }> {
    const { help, type } = METRICS[this.name];
    const values = this.read().flatMap(([labels, tally]) => bucketSamples(this.name, labels, tally));
    return Promise.resolve({ name: this.name, help, type, aggregator: 'sum', values });
  }
}

interface HistogramSample {
  labels: Labels;
  value: number;
  metricName: string;
}

/** Buckets in Prometheus's sense: each counts all that was at most so long. */
function bucketSamples(name: string, labels: Labels, { counts, sum }: DurationTally): HistogramSample[] {
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

function samples(read: number | Sample[]): Sample[] {
  return typeof read === 'number' ? [[{}, read]] : read;
}

function options(name: MetricName) {
  const { help, labels, ofWorkers = 'sum' }: MetricDefinition = METRICS[name];
  return { name, help, labelNames: [...labels], registers: [] as [], aggregator: ofWorkers };
}
