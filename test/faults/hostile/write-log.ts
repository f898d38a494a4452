import type { TestDatabase } from '../../support/test-database';

const RECORD_WRITES = `
  CREATE TABLE write_log (id bigserial PRIMARY KEY, written text NOT NULL);
  CREATE FUNCTION log_write() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF TG_TABLE_NAME = 'agent_events' AND to_jsonb(NEW)->>'type' = 'availability' THEN RETURN NULL; END IF; -- written some time after
    INSERT INTO write_log (written)
      VALUES (TG_OP || ' ' || TG_TABLE_NAME || ' ' || left((CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END)::text, 200));
    RETURN NULL;
  END $$;
  DO $$
  DECLARE name text;
  BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('write_log', 'replicas', 'agent_availability') LOOP -- what a replica writes by itself
      EXECUTE format('CREATE TRIGGER log_write AFTER INSERT OR UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION log_write()', name);
    END LOOP;
  END $$`;

/**
 * Records every row that is written, in whatever table, as part of the transaction that writes it. What one request has written costs
 * one look at the end of the log, however large the tables are, and is told row by row.
 */
export class WriteLog {
  /** Rows written so far, as far as {@link next} has seen them. */
  count = 0;

  private constructor(private readonly database: TestDatabase) {}

  static async on(database: TestDatabase): Promise<WriteLog> {
    await database.query(RECORD_WRITES);
    return new WriteLog(database);
  }

  /** The rows that were written since the last call. No transaction may be open meanwhile: it would be passed over. */
  async next(): Promise<string[]> {
    const rows = await this.database.query<{ id: string; written: string }>(
      'SELECT id, written FROM write_log WHERE id > $1 ORDER BY id',
      [this.count],
    );
    if (rows.length > 0) this.count = Number(rows.at(-1)!.id);
    return rows.map(({ written }) => written);
  }
}
