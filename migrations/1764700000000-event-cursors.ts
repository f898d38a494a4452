import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a cursor of the event log is judged by: the epochs of the log, and how far it has been purged. See docs/adr/0018. */
export class EventCursors1764700000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE event_log_epochs (
        number integer PRIMARY KEY,
        epoch uuid NOT NULL,
        timeline uuid NOT NULL,
        server text NOT NULL,
        began_after bigint NOT NULL,
        began_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query(`
      CREATE TABLE event_log_horizon (
        id boolean PRIMARY KEY DEFAULT true CHECK (id),
        purged_through bigint NOT NULL
      )`);
    await runner.query(`
      INSERT INTO event_log_horizon (purged_through)
      SELECT coalesce(min(revision) - 1, pg_sequence_last_value('agent_events_revision_seq'::regclass), 0)
        FROM agent_events`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE event_log_horizon');
    await runner.query('DROP TABLE event_log_epochs');
  }
}
