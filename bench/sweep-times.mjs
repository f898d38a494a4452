/** The server setting without which {@link lookAtSweep} does not work. */
export const settings = { track_commit_timestamp: 'on' };

/**
 * Notes the latest sweep in `sweeps`, by the time of its start: how many milliseconds it took. A sweep notes the start of its
 * transaction in `heartbeat_sweep`, and PostgreSQL keeps when the transaction that wrote the row committed: the difference is how
 * long the real sweep took. Look more often than the service sweeps.
 */
export async function lookAtSweep(database, sweeps) {
  const { rows } = await database.query(`
    SELECT last_sweep_at::text AS at, extract(epoch FROM pg_xact_commit_timestamp(xmin) - last_sweep_at)::float8 * 1000 AS duration
      FROM heartbeat_sweep WHERE last_sweep_at IS NOT NULL`);
  for (const { at, duration } of rows) sweeps.set(at, duration);
}
