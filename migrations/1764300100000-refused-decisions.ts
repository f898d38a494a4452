import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A way to the decisions that were not simply "allowed", which are few among many. */
export class RefusedDecisions1764300100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE INDEX idx_governance_decisions_refused ON governance_decisions (id) WHERE verdict <> 'allowed'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX idx_governance_decisions_refused');
  }
}
