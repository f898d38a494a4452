import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When an agent's token was last known to be in use. Tokens that are there already count as used now: they get the whole time. */
export class AgentTokenExpiry1764000100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE agent_credentials ADD COLUMN renewed_at timestamptz NOT NULL DEFAULT now()');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE agent_credentials DROP COLUMN renewed_at');
  }
}
