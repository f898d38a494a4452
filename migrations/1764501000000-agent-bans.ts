import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Since when nothing may register under the id of a tombstone. The release before registers it all the same. */
export class AgentBans1764501000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE agents ADD COLUMN banned_at timestamptz');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE agents DROP COLUMN banned_at');
  }
}
