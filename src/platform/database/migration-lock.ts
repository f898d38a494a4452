import type { Clock } from '../common/clock';
import { isLockTimeout } from './database-errors';

/** Any number; all replicas must agree on it. */
export const MIGRATION_LOCK = 7_264_011;

/** For so long a session stands in the server's queue before it looks whether it is to stop. */
const QUEUE_MS = 500;
/** Replicas that start together wait for each other no longer than this, as a rule. */
const FIRST_TOLD_AFTER_MS = 1_000;
const TELL_EVERY_MS = 5_000;

/** How a start waits for another process that migrates. */
export interface LockWait {
  readonly clock: Clock;
  readonly seconds: number;
  /** Ends the wait. */
  readonly signal: AbortSignal;
  /** Told now and then who holds the lock. */
  readonly tell: (message: string) => void;
}

type Query = <Row>(sql: string, parameters: unknown[]) => Promise<Row[]>;

interface Holder {
  pid: number;
  application: string;
  address: string;
  seconds: number;
}

/**
 * Takes the advisory lock under which migrations run, for the session of `query`.
 *
 * @throws Error that names the holder when it is not free in time; the signal's reason
 */
export async function takeMigrationLock(query: Query, { clock, seconds, signal, tell }: LockWait): Promise<void> {
  const began = clock.monotonicMs();
  await query(`SELECT set_config('lock_timeout', $1, false)`, [`${QUEUE_MS}ms`]);
  for (let tellAt = began + FIRST_TOLD_AFTER_MS; ;) {
    signal.throwIfAborted();
    if (await isTaken(query)) return;
    const now = clock.monotonicMs();
    const isOver = now - began > seconds * 1000;
    if (isOver || now >= tellAt) {
      const holder = describe(await query<Holder>(HOLDER, [MIGRATION_LOCK]));
      if (isOver) throw new Error(`the lock for migrations was not free within ${seconds} s: ${holder}`);
      tell(`Waiting for the lock for migrations: ${holder}`);
      tellAt = now + TELL_EVERY_MS;
    }
  }
}

/** Whether the lock was free, or became so while this session stood in the queue. */
async function isTaken(query: Query): Promise<boolean> {
  try {
    await query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    return true;
  } catch (error) {
    if (isLockTimeout(error)) return false;
    throw error;
  }
}

/** A bigint key is kept in two halves of 32 bits. */
const HOLDER = `
  SELECT pid, coalesce(application_name, '') AS application, coalesce(client_addr::text, 'this machine') AS address,
         floor(extract(epoch FROM now() - state_change))::int AS seconds
    FROM pg_locks LEFT JOIN pg_stat_activity USING (pid)
   WHERE locktype = 'advisory' AND classid = 0 AND objid = $1 AND objsubid = 1 AND granted
     AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

function describe([holder]: Holder[]): string {
  if (!holder) return 'it has just been let go';
  const { pid, application, address, seconds } = holder;
  return `session ${pid} ("${application}" from ${address}) holds it, and has done nothing else for ${seconds ?? 0} s`;
}
