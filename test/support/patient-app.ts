import { DataSource } from 'typeorm';
import { HeartbeatSweeper } from '../../src/heartbeat/sweep/heartbeat.sweeper';
import { poolOf } from '../../src/platform/private-api/typeorm';
import { makeOlder } from './elapse';
import { stopSweeps } from './moved-fleet';
import { createTestApp, type TestApp } from './test-app';
import { createTestDatabase } from './test-database';

/** In place of the limits on a statement. What a connection string says counts for more than what the service does. */
const HARDLY_ANY_LIMITS = '?statement_timeout=600000&query_timeout=600000';
const SWEEP_INTERVAL_SECONDS = 3600;

/**
 * As {@link createTestApp}, and nothing becomes of anything because a test takes long: no agent is swept, and the service gives
 * nothing up for being late. Its own limits pass only when the test moves time, and those of its pool are minutes, so that a machine
 * that is busy with other things is not taken for a server that hangs.
 */
export async function createPatientApp(
  ...[settings, shared, customise]: Parameters<typeof createTestApp>
): Promise<TestApp> {
  const database = shared ?? (await createTestDatabase());
  const patience = {
    DATABASE_URL: database.url + HARDLY_ANY_LIMITS,
    HEARTBEAT_SWEEP_INTERVAL_SECONDS: SWEEP_INTERVAL_SECONDS,
  };
  const service = await createTestApp({ ...patience, ...settings }, database, customise);
  service.clock.waitForAnswers();
  await stopSweeps(service);
  poolOf(service.app.get(DataSource)).options.connectionTimeoutMillis = 0;
  return {
    ...service,
    close: async () => {
      service.clock.goOn(); // the server looks now and then whether its connections have ended
      await service.close();
      if (!shared) await database.drop();
    },
  };
}

/** Has a patient app find that no agent has been heard for an hour; whoever is heard afterwards is not silent again by itself. */
export async function fallSilent(service: TestApp): Promise<void> {
  service.clock.ignoreStalls(); // or after one the sweep would count all silence anew
  const sweeper = service.app.get(HeartbeatSweeper);
  await sweeper.sweep(); // silence is counted from the first sweep on
  await makeOlder(service, SWEEP_INTERVAL_SECONDS);
  await sweeper.sweep();
}
