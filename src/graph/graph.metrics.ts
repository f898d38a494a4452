import { Injectable } from '@nestjs/common';
import { Instruments } from '../platform/observability/instruments';
import { defineMetrics } from '../platform/observability/metric-definitions';
import { FleetGraph } from './fleet-graph';
import { AvailabilityEvents } from './transitions/availability-events';

const METRICS = defineMetrics({
  graph_agents: {
    type: 'gauge',
    help: 'Agents that depend on others or that others depend on, as this replica knows them.',
    labels: [],
    ofWorkers: 'max',
  },
  graph_unavailable_agents: {
    type: 'gauge',
    help: 'Active agents that are not available, because something that they require is not.',
    labels: [],
    ofWorkers: 'max',
  },
  graph_following: {
    type: 'gauge',
    help: 'Whether the graph of dependencies is kept true: 1 or 0.',
    labels: [],
    ofWorkers: 'min',
  },
  graph_rebuilds_total: {
    type: 'counter',
    help: 'How often the graph of dependencies was made of the agents: once at the start, and after each failure.',
    labels: [],
  },
  graph_rebuild_seconds: {
    type: 'gauge',
    help: 'How long that took the last time.',
    labels: [],
    ofWorkers: 'max',
  },
  availability_events_total: {
    type: 'counter',
    help: 'Events of agents that have become available or unavailable because of others, written by this replica.',
    labels: ['to'],
  },
});

/** What the graph of dependencies does. */
@Injectable()
export class GraphMetrics {
  constructor(instruments: Instruments, graph: FleetGraph, { written }: AvailabilityEvents) {
    instruments.gauge(METRICS.graph_agents, () => graph.fleet?.agents.size ?? []);
    instruments.gauge(METRICS.graph_unavailable_agents, () => graph.fallen.size);
    instruments.gauge(METRICS.graph_following, () => Number(graph.isFollowing));
    instruments.counter(METRICS.graph_rebuilds_total, () => graph.rebuilds);
    instruments.gauge(METRICS.graph_rebuild_seconds, () => graph.rebuildSeconds);
    instruments.counter(METRICS.availability_events_total, () =>
      Object.entries(written).map(([to, count]) => [{ to }, count]),
    );
  }
}
