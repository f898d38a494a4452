import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A way to the oldest idempotency keys. The logs are found by their primary keys, tombstones by an index that is there. */
export class Retention1763801100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX idx_idempotency_keys_created_at ON idempotency_keys (created_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX idx_idempotency_keys_created_at');
  }
}
