import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which process an agent is, and which other one was last seen to beat in its place. Null, as the release before leaves it: none has said. */
export class Incarnations1764900200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'ALTER TABLE agents ADD COLUMN incarnation varchar(64), ADD COLUMN superseded_incarnation varchar(64)',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE agents DROP COLUMN incarnation, DROP COLUMN superseded_incarnation');
  }
}
