import { Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import { DataSource, QueryFailedError } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver';
import { DomainError } from '../common/domain-error';

/** Something that runs SQL: the pool, or one transaction. */
export interface Querier {
  query<Row>(sql: string, parameters?: unknown[]): Promise<Row[]>;
}

/**
 * The one way to the database. An error that means "PostgreSQL cannot be asked now" comes out as a DomainError of kind
 * `unavailable` (503, the client waits); every other one is passed on as it is.
 */
@Injectable()
export class Database implements Querier {
  constructor(private readonly dataSource: DataSource) {}

  /** Runs one statement on its own. Returns its rows; the statement is one that gives rows (`SELECT`, `WITH`). */
  async query<Row>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    return orUnavailable(() => this.dataSource.query<Row[]>(sql, parameters));
  }

  /** The connections of this process. `waiting` counts statements that want one. */
  pool(): { idle: number; busy: number; waiting: number; max: number } {
    const { totalCount, idleCount, waitingCount, options } = (this.dataSource.driver as PostgresDriver).master as Pool;
    return { idle: idleCount, busy: totalCount - idleCount, waiting: waitingCount, max: options.max };
  }

  /** Runs `work` in one transaction: all of it is there afterwards, or nothing. */
  async transaction<Result>(work: (transaction: Querier) => Promise<Result>): Promise<Result> {
    return orUnavailable(() =>
      this.dataSource.transaction((manager) =>
        work({ query: <Row>(sql: string, parameters: unknown[] = []) => manager.query<Row[]>(sql, parameters) }),
      ),
    );
  }
}

async function orUnavailable<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    const message = 'The registry cannot reach its database at the moment';
    throw new DomainError('unavailable', 'store_unavailable', message, { cause: error });
  }
}

/** Whether PostgreSQL refused a statement for the values in it: data exceptions, violated constraints, limits (classes 22, 23, 54). */
export function isAboutData(error: unknown): boolean {
  const code: unknown = error instanceof QueryFailedError ? (error.driverError as { code?: unknown }).code : undefined;
  return typeof code === 'string' && /^(22|23|54)/.test(code);
}

/** SQLSTATE classes and codes that speak of the server's state, not of the statement (PostgreSQL manual, appendix A). */
const SERVER_STATE = /^(08|28|3D000|53|57P|58|25006|40001|40P01|55P03|57014)/;
const CONNECTION_LOST =
  /ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|Connection terminated|connect.* timeout|timeout.* connect|Query read timeout|Client has encountered a connection error|not queryable/;

function isUnavailable(error: unknown): boolean {
  const driverError: unknown = error instanceof QueryFailedError ? error.driverError : error;
  if (!(driverError instanceof Error)) return false;
  const { code } = driverError as { code?: unknown };
  if (typeof code === 'string' && SERVER_STATE.test(code)) return true;
  return CONNECTION_LOST.test(`${typeof code === 'string' ? code : ''} ${driverError.message}`);
}
