import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the last heartbeat said of readiness and load; null, as the release before leaves it, when it said nothing. No index, see ADR 0003. */
export class Readiness1764900100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE agents ADD COLUMN ready boolean, ADD COLUMN load double precision');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE agents DROP COLUMN ready, DROP COLUMN load');
  }
}
