import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Finds the agents that depend on others without looking at all of them, and remembers which active agents were last said to be
 * unavailable. The release before knows of neither.
 */
export class DependencyGraph1765000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX idx_agents_dependents ON agents (id) WHERE depends_on IS NOT NULL');
    await runner.query(`
      CREATE TABLE agent_availability (
        agent_id varchar(255) COLLATE "C" CONSTRAINT agent_availability_pkey PRIMARY KEY,
        available boolean NOT NULL,
        changed_at timestamptz NOT NULL DEFAULT now(),
        through bigint NOT NULL
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE agent_availability');
    await runner.query('DROP INDEX idx_agents_dependents');
  }
}
