import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The audit trail of what was put before the policy authority. */
export class GovernanceDecisions1763800200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE governance_decisions (
        id bigserial PRIMARY KEY,
        decided_at timestamptz NOT NULL DEFAULT now(),
        action varchar(50) NOT NULL,
        agent_id varchar(255) COLLATE "C" NOT NULL,
        verdict varchar(20) NOT NULL,
        reason text,
        findings jsonb NOT NULL DEFAULT '{}',
        latency_ms double precision NOT NULL,
        breaker_state varchar(20),
        request_id varchar(128)
      )`);
    await runner.query('CREATE INDEX idx_governance_decisions_agent ON governance_decisions (agent_id, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE governance_decisions');
  }
}
