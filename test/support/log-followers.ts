import { EventLogReader } from '../../src/events/log/event-log.reader';
import { FleetGraph } from '../../src/graph/fleet-graph';
import type { TestApp } from './test-app';
import { until } from './until';

/** Tells whether a client follows the event log, of a service that has none yet. It follows the log itself, for the graph of dependencies. */
export async function clientFollows(app: TestApp): Promise<() => boolean> {
  const graph = app.app.get(FleetGraph);
  await until('the graph follows the log', 150, () => graph.isFollowing);
  const reader = app.app.get(EventLogReader);
  const own = reader.following;
  return () => reader.following > own;
}
