import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the original's README tells its users to run. */
const ORIGINAL_TABLE = `
  CREATE TABLE IF NOT EXISTS agents (
    id VARCHAR(255) PRIMARY KEY,
    name VARCHAR(255) NOT NULL,
    type VARCHAR(100) NOT NULL,
    category VARCHAR(100),
    version VARCHAR(50),
    capabilities JSONB,
    endpoints JSONB,
    status VARCHAR(50) DEFAULT 'active',
    metadata JSONB,
    registered_at TIMESTAMP DEFAULT NOW(),
    last_seen TIMESTAMP DEFAULT NOW(),
    health JSONB,
    heartbeat JSONB
  )`;

/** A time that may be written in any way, or be none. Lives for this session only. */
const PARSE_TIME = `
  CREATE FUNCTION pg_temp.parse_time(value text) RETURNS timestamptz LANGUAGE plpgsql AS $$
  BEGIN
    RETURN value::timestamptz;
  EXCEPTION WHEN others THEN
    RETURN NULL;
  END $$`;

/** Rows of the original hold whatever its clients sent. What fits our rules stays; an unusable value gets its default. */
const ADOPT_ROWS = `
  UPDATE agents SET
    capabilities = CASE WHEN jsonb_typeof(capabilities) = 'array' THEN (
        SELECT coalesce(jsonb_agg(value ORDER BY position), '[]')
          FROM (SELECT value, min(position) AS position
                  FROM jsonb_array_elements(capabilities) WITH ORDINALITY AS item(value, position)
                 WHERE jsonb_typeof(value) = 'string' GROUP BY value) AS distinct_items)
      ELSE '[]' END,
    endpoints = CASE WHEN jsonb_typeof(endpoints) = 'object' THEN endpoints ELSE '{}' END,
    metadata = CASE WHEN jsonb_typeof(metadata) = 'object' THEN metadata
                    WHEN coalesce(jsonb_typeof(metadata), 'null') = 'null' THEN '{}'
                    ELSE jsonb_build_object('original', metadata) END,
    status = CASE WHEN status IS NULL THEN 'active'
                  WHEN status IN ('active', 'unhealthy', 'inactive', 'maintenance', 'deregistered') THEN status
                  ELSE 'inactive' END,
    deregistered_at = CASE WHEN status = 'deregistered' THEN now() END,
    registered_at = coalesce(registered_at, last_seen, now()),
    last_seen = coalesce(last_seen, registered_at, now()),
    health = CASE WHEN jsonb_typeof(health) = 'object' AND pg_temp.parse_time(health->>'last_check') IS NOT NULL
      THEN health || jsonb_build_object(
        'status', CASE WHEN health->>'status' IN ('healthy', 'degraded', 'unhealthy') THEN health->>'status' ELSE 'unknown' END,
        'last_check', to_char(pg_temp.parse_time(health->>'last_check') AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) END,
    heartbeat = jsonb_build_object(
      'interval_seconds', CASE WHEN heartbeat->>'interval_seconds' ~ '^[0-9]{1,4}$'
                                AND (heartbeat->>'interval_seconds')::int BETWEEN 1 AND 3600
                               THEN (heartbeat->>'interval_seconds')::int ELSE 10 END,
      'enabled', coalesce(heartbeat->>'enabled', 'true') <> 'false')`;

/** The schema; also turns a database in which the original's SQL was run into ours, rows and all. */
export class InitialSchema1763800000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(ORIGINAL_TABLE);
    // The original's times have no zone; its containers and its clients ran in UTC.
    await runner.query(`
      ALTER TABLE agents
        ALTER COLUMN id TYPE varchar(255) COLLATE "C",
        ALTER COLUMN registered_at TYPE timestamptz USING registered_at AT TIME ZONE 'UTC',
        ALTER COLUMN last_seen TYPE timestamptz USING last_seen AT TIME ZONE 'UTC',
        ADD COLUMN generation integer NOT NULL DEFAULT 1,
        ADD COLUMN deregistered_at timestamptz`);
    await runner.query(PARSE_TIME);
    await runner.query(ADOPT_ROWS);
    await runner.query(`
      ALTER TABLE agents
        ALTER COLUMN capabilities SET DEFAULT '[]', ALTER COLUMN capabilities SET NOT NULL,
        ALTER COLUMN endpoints SET DEFAULT '{}', ALTER COLUMN endpoints SET NOT NULL,
        ALTER COLUMN metadata SET DEFAULT '{}', ALTER COLUMN metadata SET NOT NULL,
        ALTER COLUMN heartbeat SET DEFAULT '{"enabled": true, "interval_seconds": 10}', ALTER COLUMN heartbeat SET NOT NULL,
        ALTER COLUMN status SET NOT NULL,
        ALTER COLUMN registered_at SET DEFAULT now(), ALTER COLUMN registered_at SET NOT NULL,
        ALTER COLUMN last_seen SET DEFAULT now(),
        ADD CONSTRAINT agents_tombstone CHECK ((status = 'deregistered') = (deregistered_at IS NOT NULL)),
        SET (fillfactor = 70)`);
    await createIndexes(runner);
    await runner.query(`
      CREATE TABLE agent_events (
        revision bigserial PRIMARY KEY,
        agent_id varchar(255) COLLATE "C" NOT NULL,
        type varchar(50) NOT NULL,
        occurred_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        from_status varchar(50),
        to_status varchar(50),
        reason text,
        data jsonb NOT NULL DEFAULT '{}'
      )`);
    await runner.query('CREATE INDEX idx_agent_events_agent ON agent_events (agent_id, revision)');
    await runner.query(`
      INSERT INTO agent_events (agent_id, type, occurred_at, to_status, reason, data)
      SELECT id, 'registered', registered_at, status, 'adopted', jsonb_build_object('name', name, 'type', type, 'generation', 1)
        FROM agents ORDER BY registered_at, id`);
    await runner.query(`
      CREATE TABLE idempotency_keys (
        key varchar(255) PRIMARY KEY,
        request_hash varchar(64) NOT NULL,
        answer json,
        created_at timestamptz NOT NULL DEFAULT now()
      )`);
  }

  async down(): Promise<void> {
    await Promise.reject(new Error('The first migration is not undone: it may have adopted data. Restore a backup.'));
  }
}

/** See docs/adr/0003: which indexes there are decides whether a heartbeat is a HOT update. */
async function createIndexes(runner: QueryRunner): Promise<void> {
  await runner.query('DROP INDEX IF EXISTS idx_agents_type, idx_agents_status, idx_agents_last_seen');
  await runner.query('CREATE INDEX idx_agents_type ON agents (type, id)');
  await runner.query('CREATE INDEX idx_agents_status ON agents (status, id)');
  await runner.query('CREATE INDEX idx_agents_capabilities ON agents USING gin (capabilities jsonb_path_ops)');
  await runner.query('CREATE INDEX idx_agents_metadata ON agents USING gin (metadata jsonb_path_ops)');
  const [{ version }] = (await runner.query(`SELECT current_setting('server_version_num')::int AS version`)) as [
    { version: number },
  ];
  if (version >= 160_000) await runner.query('CREATE INDEX idx_agents_last_seen ON agents USING brin (last_seen)');
}
