/** What is documented of a metric, and by which labels. */
export interface MetricDefinition {
  type: 'counter' | 'gauge' | 'histogram';
  help: string;
  labels: readonly string[];
  /** How the numbers of several workers behind one port are combined; their sum unless it says otherwise. */
  ofWorkers?: 'sum' | 'max' | 'min' | 'first';
}

/** A metric that {@link Instruments} can make. */
export interface Metric extends MetricDefinition {
  name: string;
}

const defined = new Map<string, Metric>();

/** The metrics of a module, by their names. `docs/metrics.md` is made of all that are defined by `npm run metrics-doc`. */
export function defineMetrics<Name extends string>(definitions: Record<Name, MetricDefinition>): Record<Name, Metric> {
  const metrics = {} as Record<Name, Metric>;
  for (const name in definitions) {
    metrics[name] = { name, ...definitions[name] };
    defined.set(name, metrics[name]);
  }
  return metrics;
}

/** All that are defined, in the order of their names. */
export function definedMetrics(): Metric[] {
  return [...defined.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
