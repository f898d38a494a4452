import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The leases of replicas: until when each has written all heartbeats that it acknowledged (docs/adr/0009). */
export class Replicas1763800500000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Each row changes every second and none is indexed but by its id: room on the page keeps these updates HOT.
    await runner.query(`
      CREATE TABLE replicas (
        id uuid PRIMARY KEY,
        renewed_at timestamptz NOT NULL,
        written_through timestamptz NOT NULL
      ) WITH (fillfactor = 50)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE replicas');
  }
}
