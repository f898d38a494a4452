import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Names the history that this database is in, so that cursors of another one are told apart. See docs/adr/0014. */
export class DatabaseTimeline1764500900000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE database_timeline (
        id boolean PRIMARY KEY DEFAULT true CHECK (id),
        timeline uuid NOT NULL,
        began_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query('INSERT INTO database_timeline (timeline) VALUES (gen_random_uuid())');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE database_timeline');
  }
}
