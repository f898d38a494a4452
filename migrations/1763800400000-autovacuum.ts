import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Autovacuum for a table in which every row changes every few seconds and next to no index entry does (docs/adr/0003). Pages are
 * pruned as beats write to them, so a vacuum finds little to do and may come early. An ANALYZE holds that pruning up for as long as it
 * runs, and beats do not change what it finds out: it should not come with every tenth of the rows that they touch, as it does by
 * default, but about with every 20th beat of each agent.
 */
export class Autovacuum1763800400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE agents SET (
        autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 1000,
        autovacuum_analyze_scale_factor = 20, autovacuum_analyze_threshold = 1000)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE agents RESET (
        autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold,
        autovacuum_analyze_scale_factor, autovacuum_analyze_threshold)`);
  }
}
