import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tokens of agents that were replaced on request, while they are still accepted. Goes when the agent's credentials go. */
export class AgentFormerTokens1764500700000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE agent_former_tokens (
        sha256 bytea PRIMARY KEY,
        agent_id varchar(255) COLLATE "C" NOT NULL
          CONSTRAINT agent_former_tokens_agent_fkey REFERENCES agent_credentials (agent_id) ON DELETE CASCADE,
        successor_sha256 bytea NOT NULL,
        valid_until timestamptz NOT NULL
      )`);
    await runner.query('CREATE INDEX idx_agent_former_tokens_agent ON agent_former_tokens (agent_id)');
    await runner.query('CREATE INDEX idx_agent_former_tokens_end ON agent_former_tokens (valid_until)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE agent_former_tokens');
  }
}
