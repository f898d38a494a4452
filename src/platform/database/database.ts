import { Injectable } from '@nestjs/common';
import type { Pool, PoolClient } from 'pg';
import { DataSource, type EntityManager } from 'typeorm';
import { Clock } from '../common/clock';
import { DomainError } from '../validation/domain-error';
import { isConnectionLost, isRolledBack, isUnavailable, writeRefusal, type WriteRefusal } from './database-errors';
import { DatabaseMonitor } from './database-monitor';
import type { OnConnect } from '../private-api/pg';
import { connectionOf, poolOf } from '../private-api/typeorm';

/** Something that runs SQL: the pool, or one transaction. */
export interface Querier {
  query<Row>(sql: string, parameters?: unknown[]): Promise<Row[]>;
  /**
   * As `query`, by a statement for which each connection keeps a plan under `name`: worth it for one that runs all the time or is
   * long, and whose plan does not depend on its parameters.
   */
  prepared<Row extends object>(name: string, sql: string, parameters: unknown[]): Promise<Row[]>;
}

/** The connections of a pool. `waiting` counts statements that want one. */
export interface PoolState {
  idle: number;
  busy: number;
  waiting: number;
  max: number;
}

/** What clients are told; all of it passes, and they wait. */
const STORE_PROBLEMS: Record<WriteRefusal | 'away', { code: string; message: string }> = {
  away: { code: 'store_unavailable', message: 'The registry cannot reach its database at the moment' },
  read_only: { code: 'store_read_only', message: 'The registry’s database is read-only at the moment' },
  full: { code: 'store_full', message: 'The registry’s database has no room left' },
  empty: { code: 'store_unavailable', message: 'The registry’s database has lost its tables' },
};

/** As long as there is somebody to ask, what may run again does so for this time … */
const RETRY_FOR_MS = 1_000;
/** … after pauses of 10 ms, 20 ms, 40 ms, up to this. */
const LONGEST_PAUSE_MS = 160;

/**
 * The one way to the database. An error that means "PostgreSQL cannot be asked now" comes out as a DomainError of kind
 * `unavailable` (503, the client waits), within two seconds even when PostgreSQL hangs; every other one is passed on as it is.
 */
@Injectable()
export class Database implements Querier {
  constructor(
    private readonly dataSource: DataSource,
    private readonly watch: DatabaseMonitor,
    private readonly clock: Clock,
  ) {}

  /**
   * Runs one statement on its own. Returns its rows; the statement is one that gives rows (`SELECT`, `WITH`). Runs it again
   * when that cannot do it twice: when PostgreSQL has rolled it back, or when it only reads and the connection was lost.
   */
  async query<Row>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    return this.ask(mayRunAgain(sql), () => this.dataSource.query<Row[]>(sql, parameters));
  }

  /** As {@link query} does, by a prepared statement. */
  async prepared<Row extends object>(name: string, sql: string, parameters: unknown[]): Promise<Row[]> {
    return this.ask(mayRunAgain(sql), () => runPrepared<Row>(poolOf(this.dataSource), name, sql, parameters));
  }

  /** What `work` gives, which asks PostgreSQL and only reads: it is begun again when the connection was lost. Rejects as {@link query} does. */
  async read<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.ask((error) => isRolledBack(error) || isConnectionLost(error), work);
  }

  /**
   * Runs `work` in one transaction: all of it is there afterwards, or nothing. With `retry`, `work` may run again after
   * PostgreSQL has rolled it back (deadlock, serialization failure), so it must have no effect but what it writes.
   */
  async transaction<Result>(work: (transaction: Querier) => Promise<Result>, { retry = false } = {}): Promise<Result> {
    return this.ask(
      (error) => retry && isRolledBack(error),
      () => this.dataSource.transaction(async (manager) => work(await querierOf(manager))),
    );
  }

  /**
   * Has a statement run on each connection that is made from now on, before any other of it. Where it fails, on a standby for example, the
   * connection is used all the same.
   */
  beginConnectionsWith(sql: string): void {
    const options = poolOf(this.dataSource).options as Partial<OnConnect>;
    const before = options.onConnect;
    options.onConnect = async (client) => {
      await before?.(client);
      await client.query(sql).catch(() => undefined);
    };
  }

  /** The connections of this process, but for those of `ReportingDatabase`. */
  pool(): PoolState {
    const { totalCount, idleCount, waitingCount, options } = poolOf(this.dataSource);
    return { idle: idleCount, busy: totalCount - idleCount, waiting: waitingCount, max: options.max };
  }

  private async ask<Result>(isSafe: (error: unknown) => boolean, work: () => Promise<Result>): Promise<Result> {
    const began = this.clock.monotonicMs();
    for (let pauseMs = 10; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      try {
        return await this.watch.failFast(work);
      } catch (error) {
        if (error instanceof DomainError) throw error;
        if (isSafe(error) && this.watch.isUp() && this.clock.monotonicMs() - began < RETRY_FOR_MS) {
          await this.clock.sleep(pauseMs);
          continue;
        }
        if (!isUnavailable(error)) throw error;
        const refusal = writeRefusal(error);
        if (refusal) this.watch.noteRefusal(refusal, error);
        const { code, message } = STORE_PROBLEMS[refusal ?? 'away'];
        throw new DomainError('unavailable', code, message, { cause: error });
      }
    }
  }
}

async function querierOf(manager: EntityManager): Promise<Querier> {
  const connection = await connectionOf(manager.queryRunner!);
  return {
    query: <Row>(sql: string, parameters: unknown[] = []) => manager.query<Row[]>(sql, parameters),
    prepared: <Row extends object>(name: string, sql: string, parameters: unknown[]) =>
      runPrepared<Row>(connection, name, sql, parameters),
  };
}

async function runPrepared<Row extends object>(
  connection: Pool | PoolClient,
  name: string,
  text: string,
  values: unknown[],
): Promise<Row[]> {
  return (await connection.query<Row>({ name, text, values })).rows;
}

/** Whether a statement that failed so cannot have done anything, or does nothing but read. */
function mayRunAgain(sql: string): (error: unknown) => boolean {
  const onlyReads = sql.trimStart().startsWith('SELECT');
  return (error) => isRolledBack(error) || (onlyReads && isConnectionLost(error));
}
