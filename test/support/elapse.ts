import { BeatFlusher } from '../../src/heartbeat/beat-flusher';
import type { TestApp } from './test-app';

/**
 * Lets this time pass for a service, its replicas and their database, without waiting: timers fire as in `TestClock.advance`, and
 * as PostgreSQL's `now()` cannot be moved, what is stored becomes older. The time of day stays, so that it fits what is stored;
 * what goes by it alone (the end of a JWT, the windows of limits) is for `advance`.
 */
export async function elapse(service: TestApp, seconds: number, ...replicas: TestApp[]): Promise<void> {
  const all = [service, ...replicas];
  // Acknowledged beats become older as rows do: a flush on the way would write them with a time that is not theirs.
  for (const { app } of all) await app.get(BeatFlusher).flush();
  for (const { clock } of all) await clock.advanceMonotonic(seconds);
  await makeOlder(service, seconds);
}

/** Makes what is stored so much older, with nothing else happening meanwhile: days as cheap as seconds. */
export async function makeOlder({ database }: TestApp, seconds: number): Promise<void> {
  await database.query(AGE, [seconds]);
}

/**
 * Agents are locked in the order in which the service does it, so that nothing waits in a circle. The time of registration stays:
 * nothing expires by it, and it is in the ETag.
 */
const AGE = `
  WITH passed AS (SELECT make_interval(secs => $1::float8) AS time),
  held AS MATERIALIZED (SELECT id FROM agents ORDER BY id FOR NO KEY UPDATE),
  agent AS (
    UPDATE agents
       SET last_seen = last_seen - time, deregistered_at = deregistered_at - time,
           health = CASE WHEN health ? 'last_check'
                         THEN health || jsonb_build_object('last_check', to_char(
                                ((health->>'last_check')::timestamptz - time) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
                         ELSE health END
      FROM passed, held WHERE agents.id = held.id),
  sweep AS (
    UPDATE heartbeat_sweep
       SET last_sweep_at = last_sweep_at - time, listening_since = listening_since - time,
           protected_since = protected_since - time, tolerance_until = tolerance_until - time
      FROM passed),
  cadence AS (
    UPDATE owner_cadences
       SET tolerance_until = tolerance_until - time, next_tolerance_until = next_tolerance_until - time
      FROM passed),
  preserved AS (UPDATE preserved_groups SET since = since - time FROM passed),
  credential AS (UPDATE agent_credentials SET issued_at = issued_at - time, renewed_at = renewed_at - time FROM passed),
  former AS (UPDATE agent_former_tokens SET valid_until = valid_until - time FROM passed),
  event AS (UPDATE agent_events SET occurred_at = occurred_at - time FROM passed),
  webhook AS (
    UPDATE webhooks
       SET failing_since = failing_since - time, former_secret_until = former_secret_until - time
      FROM passed),
  delivery AS (
    UPDATE webhook_deliveries
       SET next_attempt_at = next_attempt_at - time, last_attempt_at = last_attempt_at - time, created_at = created_at - time
      FROM passed)
  UPDATE idempotency_keys SET created_at = created_at - time FROM passed`;
