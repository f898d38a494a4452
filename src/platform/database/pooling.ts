import type { DataSource, QueryRunner } from 'typeorm';
import { announcedProcess } from '../private-api/pg';
import { connectionOf } from '../private-api/typeorm';

/** A pooler that is busy may give a session the same connection of the server again by chance, but not so often. */
const ROUNDS = 5;

const REFUSAL =
  'DATABASE_URL leads to a pooler that shares connections between sessions (PgBouncer in transaction or statement mode). The registry ' +
  'keeps settings, locks and prepared statements in its sessions: set pool_mode = session for its database, or name PostgreSQL itself';

/**
 * Makes sure that each session keeps its own connection of the server.
 *
 * @throws Error for a pooler that gives it to others between two transactions
 */
export async function requireSessions(dataSource: DataSource): Promise<void> {
  const session = dataSource.createQueryRunner();
  const other = dataSource.createQueryRunner();
  try {
    // PostgreSQL itself names the process that a session has; a pooler cannot.
    if (announcedProcess(await connectionOf(session)) === (await processOf(session))) return;
    for (let round = 0; round < ROUNDS; round++) if (await isShared(session, other)) throw new Error(REFUSAL);
  } finally {
    await Promise.all([session.release(), other.release()]);
  }
}

/** Whether another session, busy with a transaction, changes the connection that the first one has. */
async function isShared(session: QueryRunner, other: QueryRunner): Promise<boolean> {
  const before = await processOf(session);
  try {
    await other.startTransaction();
  } catch (error) {
    if (/statement pooling/.test(String(error))) return true;
    throw error;
  }
  const others = await processOf(other);
  const after = await processOf(session);
  await other.rollbackTransaction();
  return before !== after || others === before;
}

async function processOf(session: QueryRunner): Promise<number> {
  const [row] = (await session.query('SELECT pg_backend_pid() AS pid')) as { pid: number }[];
  return row!.pid;
}
