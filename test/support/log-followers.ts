import { EventLogReader } from '../../src/events/log/event-log.reader';
import { FleetGraph } from '../../src/graph/fleet-graph';
import type { TestApp } from './test-app';
import { until } from './until';

/** Counts who follows the event log of a service for clients, of which it has none yet; for the graph of dependencies it does so itself. */
export async function clientFollowers(app: TestApp): Promise<() => number> {
  const graph = app.app.get(FleetGraph);
  await until('the graph follows the log', 150, () => graph.isFollowing);
  const reader = app.app.get(EventLogReader);
  const own = reader.following;
  return () => reader.following - own;
}
