import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Where events are sent, how far each webhook has come in the log, and what became of single events. The release before knows neither
 * table.
 */
export class Webhooks1764800000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE webhooks (
        id varchar(64) COLLATE "C" PRIMARY KEY,
        owner varchar(255),
        url text NOT NULL,
        description text,
        types jsonb NOT NULL DEFAULT '[]',
        filter text,
        format varchar(20) NOT NULL,
        enabled boolean NOT NULL DEFAULT true,
        disabled_reason varchar(30),
        disabled_at timestamptz,
        secret text NOT NULL,
        former_secret text,
        former_secret_until timestamptz,
        headers text,
        header_names jsonb NOT NULL DEFAULT '[]',
        position bigint NOT NULL,
        epoch uuid NOT NULL,
        run bigint NOT NULL DEFAULT 1,
        failing_since timestamptz,
        last_success_at timestamptz,
        last_attempt_at timestamptz,
        last_status smallint,
        last_error varchar(30),
        lease_holder uuid,
        lease_until timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now())`);
    await runner.query(`
      CREATE TABLE webhook_deliveries (
        webhook_id varchar(64) COLLATE "C" NOT NULL
          CONSTRAINT webhook_deliveries_webhook_fkey REFERENCES webhooks (id) ON DELETE CASCADE,
        revision bigint NOT NULL,
        agent_id varchar(255) COLLATE "C" NOT NULL,
        event_type varchar(50) NOT NULL,
        state varchar(20) NOT NULL,
        attempts smallint NOT NULL DEFAULT 0,
        next_attempt_at timestamptz,
        last_attempt_at timestamptz,
        status smallint,
        error varchar(30),
        duration_ms double precision,
        request_bytes integer,
        response_bytes integer,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        CONSTRAINT webhook_deliveries_pkey PRIMARY KEY (webhook_id, revision))`);
    await runner.query(`
      CREATE INDEX idx_webhook_deliveries_waiting ON webhook_deliveries (webhook_id, agent_id, revision)
       WHERE state = 'waiting'`);
    await runner.query('CREATE INDEX idx_webhook_deliveries_created_at ON webhook_deliveries (created_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE webhook_deliveries');
    await runner.query('DROP TABLE webhooks');
  }
}
