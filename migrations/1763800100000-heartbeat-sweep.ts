import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the sweep remembers between two runs, on whatever replica they are; and a way to the tombstones. */
export class HeartbeatSweep1763800100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE heartbeat_sweep (
        id boolean PRIMARY KEY DEFAULT true CHECK (id),
        last_sweep_at timestamptz,
        listening_since timestamptz NOT NULL DEFAULT now(),
        protected_since timestamptz,
        stretch double precision NOT NULL DEFAULT 1,
        tolerance double precision NOT NULL DEFAULT 1,
        tolerance_until timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query('INSERT INTO heartbeat_sweep DEFAULT VALUES');
    // Partial, and not over a column that heartbeats change: they stay HOT.
    await runner.query(
      'CREATE INDEX idx_agents_deregistered_at ON agents (deregistered_at) WHERE deregistered_at IS NOT NULL',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX idx_agents_deregistered_at');
    await runner.query('DROP TABLE heartbeat_sweep');
  }
}
