import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who has set a maintenance, because who set it ends it. Null, as the release before leaves it, means an operator. */
export class MaintenanceBy1764400100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE agents ADD COLUMN maintenance_by varchar(20)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE agents DROP COLUMN maintenance_by');
  }
}
