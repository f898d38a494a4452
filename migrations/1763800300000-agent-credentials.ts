import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who registered an agent, and the digest of the token that the agent got. Goes when the agent's row goes. */
export class AgentCredentials1763800300000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE agent_credentials (
        agent_id varchar(255) COLLATE "C" PRIMARY KEY
          CONSTRAINT agent_credentials_agent_fkey REFERENCES agents (id) ON DELETE CASCADE,
        owner text NOT NULL,
        sha256 bytea NOT NULL,
        issued_at timestamptz NOT NULL DEFAULT now()
      )`);
    // A token says by itself whose it is.
    await runner.query('CREATE UNIQUE INDEX idx_agent_credentials_sha256 ON agent_credentials (sha256)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE agent_credentials');
  }
}
