import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What RFC 3339 can say, and has happened: no clock is wrong by more than a day. */
const PLAUSIBLE = `BETWEEN timestamptz '0001-01-01 00:00:00Z' AND now() + interval '1 day'`;
const CANONICAL = String.raw`'^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$'`;

/**
 * Times that came with adopted rows and that nobody can have meant: infinite ones, the year 294276, years before Christ, times to come.
 * A moment that is too late becomes now, one that is too early the first of the calendar, and a report of such a time is none.
 */
export class AdoptedTimes1763801200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const mended = (column: string): string =>
      `CASE WHEN ${column} ${PLAUSIBLE} THEN ${column} ELSE greatest(least(${column}, now()), timestamptz '0001-01-01 00:00:00Z') END`;
    await runner.query(`
      WITH agent AS (
        UPDATE agents SET registered_at = ${mended('registered_at')}, last_seen = ${mended('last_seen')}
         WHERE NOT registered_at ${PLAUSIBLE} OR NOT last_seen ${PLAUSIBLE}
        RETURNING id, registered_at)
      UPDATE agent_events SET occurred_at = agent.registered_at
        FROM agent WHERE agent_id = agent.id AND reason = 'adopted'`);
    await runner.query(`
      UPDATE agents SET health = NULL
       WHERE health->>'last_check' IS NULL AND health IS NOT NULL
          OR health->>'last_check' !~ ${CANONICAL}
          OR health->>'last_check' > to_char((now() + interval '1 day') AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`);
  }

  /** Nothing is lost that could be given back. */
  async down(): Promise<void> {
    await Promise.resolve();
  }
}
