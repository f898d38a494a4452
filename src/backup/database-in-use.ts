import type { ClientBase } from 'pg';
import { BackupError } from './backup.error';

/** A replica renews its lease twice a second; one that was killed has left its own behind. */
const LEASE_SECONDS = 15;

/** @throws BackupError when a service, or a command of ours, is connected to the database, or a replica was there a moment ago */
export async function refuseWhileInUse(connection: ClientBase): Promise<void> {
  const { rows: users } = await connection.query<{ connections: number; names: string | null }>(
    `SELECT count(*)::int AS connections, string_agg(DISTINCT application_name, ', ') AS names FROM pg_stat_activity
      WHERE datname = current_database() AND application_name LIKE 'agent-registry%' AND application_name <> 'agent-registry restore'`,
  );
  const { connections, names } = users[0]!;
  if (connections > 0)
    throw new BackupError(
      `the service runs on the database (${connections} connections: ${names}): stop all replicas first`,
    );
  const { rows: tables } = await connection.query<{ hasLeases: boolean }>(
    `SELECT to_regclass('replicas') IS NOT NULL AS "hasLeases"`,
  );
  if (!tables[0]!.hasLeases) return;
  const { rows: leases } = await connection.query<{ replicas: number }>(
    `SELECT count(*)::int AS replicas FROM replicas WHERE renewed_at > now() - make_interval(secs => $1)`,
    [LEASE_SECONDS],
  );
  if (leases[0]!.replicas > 0)
    throw new BackupError(
      `a replica of the service was there less than ${LEASE_SECONDS} s ago: stop it, or, if it was killed, try again then`,
    );
}
