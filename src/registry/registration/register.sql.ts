import { transition, transitionSql } from '../../agent/agent-status';
import { aboutAgent, appendEvents } from '../../events/append-events.sql';

/** The names of the fields that a registration has changed; null when the agent is new, or comes back. */
const CHANGED = `
  CASE WHEN previous.deregistered_at IS NULL AND previous.id IS NOT NULL THEN
    (SELECT coalesce(jsonb_agg(key ORDER BY key), '[]')
       FROM jsonb_each(fields) AS field
      WHERE value IS DISTINCT FROM to_jsonb(previous)->key AND NOT (value = '[]' AND to_jsonb(previous)->key = 'null')) END`;

/** An event that changed nothing of the registration does not repeat it. */
const REGISTERED = appendEvents(
  {
    agent: 'written',
    type: `'registered'`,
    provenance: 'batch.provenance',
    from: 'previous.status',
    to: 'written.status',
    data: `CASE WHEN changed IS NULL THEN event || jsonb_build_object('generation', written.generation)
                WHEN changed = '[]' THEN ${aboutAgent('written')}
                ELSE event || jsonb_build_object('changed', changed, 'generation', written.generation) END
           || CASE WHEN batch.incarnation IS NULL THEN '{}' ELSE jsonb_build_object('incarnation', batch.incarnation) END`,
  },
  `written JOIN batch USING (id) LEFT JOIN previous USING (id), LATERAL (SELECT ${CHANGED} AS changed) AS difference`,
);

/** Whether nothing registers under the id of a row, as SQL; see `AgentRepository.requireOpen`. */
const isClosed = (row: string): string =>
  `(${row}.status = 'quarantined' OR ${row}.deregistered_at IS NOT NULL AND ${row}.banned_at IS NOT NULL)`;

/** An agent that registers again ends the maintenance that it has set itself, see `mayEndMaintenance`. */
const OWN_MAINTENANCE = `(known.status = 'maintenance' AND known.maintenance_by IS NOT DISTINCT FROM 'agent')`;

/** Writes registrations, `$1`: a list of what `itemOf` gives; waits for rows that others have locked. */
export const REGISTER = registerStatement('FOR UPDATE');
/** The same, but leaves out rows that others have locked. */
export const REGISTER_FREE = registerStatement('FOR UPDATE SKIP LOCKED');

/**
 * One statement, so one round trip. `previous` locks the known rows first; the odd `FROM` makes sure that it runs before the insert. A
 * row that it did not get is left alone and does not come back: another transaction has it locked, or it appeared only after our
 * snapshot. Its former status, which the event must have, is not known then.
 */
function registerStatement(lock: string): string {
  return `
  WITH batch AS MATERIALIZED (
    SELECT id, fields->>'name' AS name, fields->>'type' AS type, fields->>'category' AS category, fields->>'version' AS version,
           fields->'capabilities' AS capabilities, fields->'endpoints' AS endpoints, fields->'metadata' AS metadata,
           fields->'heartbeat' AS heartbeat, fields->>'description' AS description, fields->>'locality' AS locality,
           nullif(fields->'skills', '[]') AS skills, nullif(fields->'accepts', '[]') AS accepts,
           nullif(fields->'depends_on', '[]') AS depends_on, fields, event, provenance, incarnation
      FROM jsonb_to_recordset($1::jsonb) AS item(id text, event jsonb, registration jsonb, provenance jsonb, incarnation text),
           LATERAL (SELECT coalesce(registration, event->'registration') AS fields OFFSET 0) AS given),
  there AS MATERIALIZED (SELECT found.id FROM ${eachOf('SELECT id FROM agents WHERE agents.id = wanted.id')}),
  previous AS MATERIALIZED (
    SELECT found.* FROM ${eachOf(`SELECT * FROM agents WHERE agents.id = wanted.id ${lock}`)}),
  written AS (
    INSERT INTO agents AS known
           (id, name, type, category, version, capabilities, endpoints, metadata, heartbeat,
            description, locality, skills, accepts, depends_on, incarnation, status, registered_at, last_seen)
    SELECT id, name, type, category, version, capabilities, endpoints, metadata, heartbeat,
           description, locality, skills, accepts, depends_on, incarnation, '${transition('unknown', 'register')}', now(), now()
      FROM batch, (SELECT count(*) FROM previous) AS locked
     WHERE id NOT IN (SELECT id FROM there) OR id IN (SELECT id FROM previous)
     ORDER BY id
    ON CONFLICT (id) DO UPDATE
       SET name = excluded.name, type = excluded.type, category = excluded.category, version = excluded.version,
           capabilities = excluded.capabilities, endpoints = excluded.endpoints, metadata = excluded.metadata,
           heartbeat = excluded.heartbeat, description = excluded.description, locality = excluded.locality,
           skills = excluded.skills, accepts = excluded.accepts, depends_on = excluded.depends_on, health = NULL, ready = NULL, load = NULL,
           incarnation = excluded.incarnation, superseded_incarnation = NULL,
           status = CASE WHEN ${OWN_MAINTENANCE} THEN '${transition('maintenance', 'maintenance_ends')}' ELSE ${transitionSql('known.status', 'register')} END,
           maintenance_by = CASE WHEN known.status = 'maintenance' AND NOT ${OWN_MAINTENANCE} THEN known.maintenance_by END,
           registered_at = CASE WHEN known.deregistered_at IS NULL THEN known.registered_at ELSE now() END,
           last_seen = greatest(known.last_seen, now()), deregistered_at = NULL, generation = known.generation + 1
     WHERE EXISTS (SELECT FROM previous WHERE previous.id = known.id AND NOT ${isClosed('previous')})
    RETURNING id, name, type, status, registered_at, generation),
  logged AS (${REGISTERED})
  SELECT id, written.status, written.registered_at AS "registeredAt", previous.status AS "previousStatus", revision
    FROM written JOIN logged ON agent_id = id LEFT JOIN previous USING (id)`;
}

/**
 * What a query gives for each registration, `wanted`, one after the other in the order of their ids: by the index, whatever the plan was made
 * for. It is kept, and a database that is new soon has many more agents than when it was made.
 */
function eachOf(query: string): string {
  return `(SELECT id FROM batch ORDER BY id) AS wanted(id), LATERAL (${query} OFFSET 0) AS found`;
}
