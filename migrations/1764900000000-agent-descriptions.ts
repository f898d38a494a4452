import type { MigrationInterface, QueryRunner } from 'typeorm';

const COLUMNS = {
  description: 'varchar(4096)',
  locality: 'varchar(255)',
  skills: 'jsonb',
  accepts: 'jsonb',
  depends_on: 'jsonb',
};

/** The capabilities that an agent names, and the ids of its skills that are not among them; `src/registry/search/capabilities.sql.ts`. */
const CAPABILITIES = `(CASE WHEN skills IS NULL THEN capabilities
  ELSE capabilities || jsonb_path_query_array(skills, '$[*].id ? (!(@ == $own[*]))', jsonb_set('{"own": []}', '{own}', capabilities)) END)`;

/**
 * What agents say of themselves beside the original's columns. Null, as in all rows that are there and in those that the release before
 * writes, means nothing, so that no row is rewritten. The index of capabilities serves the ids of skills as well.
 */
export class AgentDescriptions1764900000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const columns = Object.entries(COLUMNS).map(([name, type]) => `ADD COLUMN ${name} ${type}`);
    await runner.query(`ALTER TABLE agents ${columns.join(', ')}`);
    await runner.query('CREATE INDEX idx_agents_locality ON agents (locality)');
    await runner.query('DROP INDEX idx_agents_capabilities');
    await runner.query(`CREATE INDEX idx_agents_capabilities ON agents USING gin (${CAPABILITIES} jsonb_path_ops)`);
    // The planner knows nothing of an expression until then. A table that was empty when it was analysed is taken for empty afterwards, and
    // its agents are then looked for without an index; of one that never was, the planner expects that it grows.
    const some = (await runner.query('SELECT id FROM agents LIMIT 1')) as unknown[];
    if (some.length > 0) await runner.query('ANALYZE agents');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX idx_agents_capabilities');
    await runner.query('CREATE INDEX idx_agents_capabilities ON agents USING gin (capabilities jsonb_path_ops)');
    const columns = Object.keys(COLUMNS).map((name) => `DROP COLUMN ${name}`);
    await runner.query(`ALTER TABLE agents ${columns.join(', ')}`);
  }
}
