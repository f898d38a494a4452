import { HeartbeatSweeper } from '../../src/heartbeat/heartbeat.sweeper';
import { makeOlder } from './elapse';
import type { TestApp } from './test-app';

/** Settings with which the sweep runs when {@link fallSilent} says so, and by itself at the start alone. */
export const UNSWEPT = { HEARTBEAT_SWEEP_INTERVAL_SECONDS: 3600 };

/** Has the sweep find that no agent has been heard for an hour; whoever is heard afterwards is not silent again by itself. */
export async function fallSilent(app: TestApp): Promise<void> {
  app.clock.ignoreStalls(); // or after one the sweep would count all silence anew
  const sweeper = app.app.get(HeartbeatSweeper);
  await sweeper.sweep(); // silence is counted from the first sweep on
  await makeOlder(app, UNSWEPT.HEARTBEAT_SWEEP_INTERVAL_SECONDS);
  await sweeper.sweep();
}
