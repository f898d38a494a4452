import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A way from a client to the agents that it owns, to count them. */
export class AgentsByOwner1763801000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX idx_agent_credentials_owner ON agent_credentials (owner)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX idx_agent_credentials_owner');
  }
}
