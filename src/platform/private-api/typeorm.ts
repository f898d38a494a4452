import type { Pool, PoolClient } from 'pg';
import type { DataSource, QueryRunner } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver';

/**
 * What is used of `typeorm` 1 that its documentation does not promise: `PostgresDriver#master`, and that `QueryRunner#connect` gives the
 * driver's connection.
 */

/** The connections of a data source that is initialized. */
export function poolOf(dataSource: DataSource): Pool {
  return (dataSource.driver as PostgresDriver).master as Pool;
}

/** The connection that a query runner has for itself. */
export async function connectionOf(runner: QueryRunner): Promise<PoolClient> {
  return (await runner.connect()) as PoolClient;
}
