import type { MigrationInterface, QueryRunner } from 'typeorm';

const COLUMNS = ['name', 'category', 'version'];

/** Expressions compare these as well, and lists are ordered by them; a page is then read off the index. */
export class AgentsByName1764600000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const column of COLUMNS) await runner.query(`CREATE INDEX idx_agents_${column} ON agents (${column}, id)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const column of COLUMNS) await runner.query(`DROP INDEX idx_agents_${column}`);
  }
}
