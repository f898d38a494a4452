import { Injectable } from '@nestjs/common';
import type { Database } from './database';

/** Any number, as the first half of the advisory locks by which replicas keep out of each other's way; all must agree on it. */
const RETENTION_LOCK = 7_264_014;

/** Which rows of a table are kept for a limited time, and how the oldest of them are found. */
export interface RetainedRows {
  name: string;
  /** The column from whose time on a row's age counts. Where there is no {@link serial}, it has an index. */
  time: string;
  /** The primary key of a log: a number that was drawn when the row was written. Rows of a log never change. */
  serial?: string;
  /** SQL of a statement that the deletion runs as well, which finds the `serial` of each row that it deletes in `gone`. */
  alongside?: string;
  /** SQL: rows of which it is true are kept for ever. */
  except?: string;
  /** How long they are kept. */
  seconds: number;
  /** The second half of the lock, another one for each table. */
  lock: number;
}

/** What one deletion did. */
export interface Deletion {
  rows: number;
  /** Where the next one goes on; null: nothing is left that is old enough, or another replica is at it. */
  next: string | null;
}

/**
 * Rows that are deleted when they are old enough, by the database's clock; the module that owns a table has one for it. Each deletion is a
 * small statement that an index leads to its rows, and waits for nobody: while another replica is at the same table it does nothing, and
 * rows that are locked are left for the next time. Being made, it is among the {@link RetainedTables}.
 */
export abstract class RetainedTable {
  /** Deletes; its parameters are how many seconds rows are kept, where to go on, and how many may go. */
  readonly deletion: string;
  private readonly age: string;

  protected constructor(
    tables: RetainedTables,
    private readonly database: Database,
    private readonly rows: RetainedRows,
  ) {
    const { name, time, serial, lock, alongside, except = 'false' } = rows;
    const isTurn = `(SELECT pg_try_advisory_xact_lock(${RETENTION_LOCK}, ${lock}))`;
    const isOver = `${time} < now() - make_interval(secs => $1)`;
    // A log is as old as its numbers say, so what is over is at its beginning; and after the deletions of the same run, whose index entries
    // would have to be passed over again.
    const oldest = serial
      ? `SELECT ctid AS place, ${serial} AS position, ${isOver} AS is_over FROM ${name}
          WHERE ${serial} >= coalesce($2, '0')::bigint AND ${isTurn} ORDER BY ${serial} LIMIT $3`
      : `SELECT ctid AS place, ${time} AS position, true AS is_over FROM ${name}
          WHERE ${time} >= coalesce($2, '-infinity')::timestamptz AND ${isOver} AND NOT (${except}) AND ${isTurn}
          ORDER BY ${time} LIMIT $3 FOR UPDATE SKIP LOCKED`;
    this.deletion = `
      WITH oldest AS MATERIALIZED (${oldest}),
      gone AS (DELETE FROM ${name} WHERE ctid = ANY (ARRAY(SELECT place FROM oldest WHERE is_over)) RETURNING ${serial ?? '1'})
      ${alongside ? `, alongside AS (${alongside})` : ''}
      SELECT (SELECT count(*) FROM gone)::int AS rows,
             CASE WHEN count(*) = $3 AND bool_or(is_over) THEN max(position)::text END AS next FROM oldest`;
    this.age = `
      SELECT extract(epoch FROM now() - ${time})::float8 AS age FROM ${name} WHERE ${time} IS NOT NULL AND NOT (${except})
       ORDER BY ${serial ?? time} LIMIT 1`;
    tables.add(this);
  }

  get name(): string {
    return this.rows.name;
  }

  /** What replicas lock while they delete. */
  get lock(): number {
    return this.rows.lock;
  }

  /** How long rows are kept. */
  get seconds(): number {
    return this.rows.seconds;
  }

  /** Deletes at most `limit` rows that have been kept long enough, the oldest first, beginning where the deletion before has said. */
  async deleteOldest(limit: number, next: string | null): Promise<Deletion> {
    const [deletion] = await this.database.query<Deletion>(this.deletion, [this.seconds, next, limit]);
    return deletion!;
  }

  /** The age of the oldest row in seconds, 0 when there is none. */
  async oldestAge(): Promise<number> {
    const [oldest] = await this.database.query<{ age: number }>(this.age);
    return oldest?.age ?? 0;
  }
}

/** All tables whose rows are kept for a time. */
@Injectable()
export class RetainedTables {
  private readonly tables: RetainedTable[] = [];

  get all(): readonly RetainedTable[] {
    return this.tables;
  }

  /** @throws Error for a lock that another table has: one of the two would wait for the other */
  add(table: RetainedTable): void {
    const other = this.tables.find(({ lock }) => lock === table.lock);
    if (other) throw new Error(`${table.name} and ${other.name} have the same retention lock, ${table.lock}`);
    this.tables.push(table);
  }
}
