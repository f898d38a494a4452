import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A pause of an owner's that outlasts the longer one before it. The release before leaves it out. */
export class NextTolerance1764300200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE owner_cadences
        ADD COLUMN next_tolerance double precision NOT NULL DEFAULT 0,
        ADD COLUMN next_tolerance_until timestamptz NOT NULL DEFAULT now()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE owner_cadences DROP COLUMN next_tolerance, DROP COLUMN next_tolerance_until');
  }
}
