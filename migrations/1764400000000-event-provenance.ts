import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What made each change, who made it, and the request that asked for it. Until now `reason` held machines' words as well as people's.
 * Rows that replicas of the release before write meanwhile have the cause `unknown`.
 */
export class EventProvenance1764400000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE agent_events
        ADD COLUMN cause varchar(20) NOT NULL DEFAULT 'unknown',
        ADD COLUMN actor_kind varchar(20),
        ADD COLUMN actor_name varchar(255),
        ADD COLUMN request_id uuid,
        ADD COLUMN client_request_id varchar(128)`);
    await runner.query(`
      UPDATE agent_events AS event
         SET cause = made.cause,
             reason = CASE WHEN made.cause IN ('silence', 'heartbeat', 'adoption') THEN NULL ELSE reason END,
             actor_kind = CASE made.cause WHEN 'silence' THEN 'system' WHEN 'heartbeat' THEN 'agent' END,
             actor_name = CASE made.cause WHEN 'silence' THEN 'sweep' WHEN 'heartbeat' THEN agent_id END
        FROM (SELECT revision, CASE
                WHEN type = 'registered' AND reason = 'adopted' THEN 'adoption'
                WHEN type = 'registered' THEN 'registration'
                WHEN type = 'imported' THEN 'import'
                WHEN type = 'status_changed' AND reason = 'silent' AND to_status IN ('unhealthy', 'inactive') THEN 'silence'
                WHEN type = 'status_changed' AND reason = 'heartbeat' AND from_status IN ('unhealthy', 'inactive') THEN 'heartbeat'
                ELSE 'operator' END AS cause FROM agent_events) AS made
       WHERE made.revision = event.revision`);
    await runner.query(`
      ALTER TABLE governance_decisions
        ADD COLUMN cause varchar(20) NOT NULL DEFAULT 'unknown',
        ADD COLUMN actor_kind varchar(20),
        ADD COLUMN actor_name varchar(255),
        ADD COLUMN client_request_id varchar(128)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE governance_decisions
        DROP COLUMN cause, DROP COLUMN actor_kind, DROP COLUMN actor_name, DROP COLUMN client_request_id`);
    await runner.query(`
      UPDATE agent_events
         SET reason = CASE cause WHEN 'silence' THEN 'silent' WHEN 'heartbeat' THEN 'heartbeat' ELSE 'adopted' END
       WHERE cause IN ('silence', 'heartbeat', 'adoption')`);
    await runner.query(`
      ALTER TABLE agent_events
        DROP COLUMN cause, DROP COLUMN actor_kind, DROP COLUMN actor_name, DROP COLUMN request_id,
        DROP COLUMN client_request_id`);
  }
}
