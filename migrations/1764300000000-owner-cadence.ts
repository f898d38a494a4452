import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * How slowly the agents of each owner beat, and which groups of agents self-preservation holds. What the release before has in
 * `heartbeat_sweep` goes on to be written there for as long as one of its replicas may run.
 */
export class OwnerCadence1764300000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE owner_cadences (
        owner varchar(255) PRIMARY KEY,
        pause double precision NOT NULL,
        tolerance double precision NOT NULL,
        tolerance_until timestamptz NOT NULL
      )`);
    await runner.query(`
      CREATE TABLE preserved_groups (
        agents text PRIMARY KEY,
        since timestamptz NOT NULL DEFAULT now()
      )`);
    // Agents may have been told to beat more slowly: by a factor, each of them.
    await runner.query(`
      INSERT INTO owner_cadences (owner, pause, tolerance, tolerance_until)
      SELECT coalesce(credential.owner, ''), 0, max((agent.heartbeat->>'interval_seconds')::int) * sweep.tolerance, sweep.tolerance_until
        FROM heartbeat_sweep AS sweep, agents AS agent LEFT JOIN agent_credentials AS credential ON credential.agent_id = agent.id
       WHERE sweep.tolerance > 1 AND sweep.tolerance_until > now() AND agent.deregistered_at IS NULL
       GROUP BY coalesce(credential.owner, ''), sweep.tolerance, sweep.tolerance_until`);
    await runner.query(`
      INSERT INTO preserved_groups (agents, since)
      SELECT '[]', protected_since FROM heartbeat_sweep WHERE protected_since IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE preserved_groups');
    await runner.query('DROP TABLE owner_cadences');
  }
}
