import { Client } from 'pg';
import type { Clock } from '../common/clock';
import { errorMessage } from '../observability/error-message';
import type { Configuration } from '../config/configuration';
import { currentSecret } from '../config/secret-files';
import { isUnreachable } from './database-errors';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;
const ATTEMPT_MS = 2_000;

/**
 * Waits until the server of `DATABASE_URL` answers; an embedded one is not waited for. False when `signal` ended the wait.
 * @throws Error as {@link untilReachable}
 */
export async function waitForDatabase(
  clock: Clock,
  configuration: Configuration,
  signal: AbortSignal,
  tell: (message: string) => void,
): Promise<boolean> {
  const { DATABASE_URL, DATABASE_STARTUP_TIMEOUT_SECONDS: seconds } = configuration;
  const url = (): string => currentSecret(configuration, 'DATABASE_URL')!;
  if (DATABASE_URL) await untilReachable(clock, () => attempt(url()), seconds, tell, signal);
  return !signal.aborted;
}

/**
 * What `work` gives, tried again with growing pauses for so many seconds as long as there is no database to talk to. Undefined
 * when `signal` ended it.
 * @throws Error the last attempt's, when the time is up; at once when the server is there and refuses
 */
export async function untilReachable<Result>(
  clock: Clock,
  work: () => Promise<Result>,
  seconds: number,
  tell: (message: string) => void,
  signal?: AbortSignal,
): Promise<Result | undefined> {
  const end = clock.monotonicMs() + seconds * 1000;
  for (let pause = FIRST_PAUSE_MS; !signal?.aborted; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    try {
      return await work();
    } catch (error) {
      if (!isUnreachable(error)) throw error;
      const left = end - clock.monotonicMs();
      if (left <= 0) throw new Error(`no database after ${seconds} s: ${errorMessage(error)}`, { cause: error });
      tell(`The database cannot be reached (${errorMessage(error)}); trying again for ${Math.ceil(left / 1000)} s`);
      await clock.sleep(Math.min(pause, left), signal).catch(() => undefined);
    }
  }
  return undefined;
}

async function attempt(connectionString: string): Promise<void> {
  const limits = { connectionTimeoutMillis: ATTEMPT_MS, query_timeout: ATTEMPT_MS };
  const client = new Client({ connectionString, application_name: 'agent-registry', ...limits });
  client.on('error', () => undefined); // told by the promise as well
  try {
    await client.connect();
    await client.query('SELECT 1');
  } finally {
    void client.end().catch(() => undefined);
  }
}
