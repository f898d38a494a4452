import { once } from 'node:events';
import * as http from 'node:http';
import * as https from 'node:https';
import { json } from 'node:stream/consumers';
import { Client } from 'pg';
import type { Configuration } from '../platform/config/configuration';
import { EmbeddedPostgres } from '../platform/database/embedded/embedded-postgres';
import { errorMessage } from '../platform/observability/error-message';
import { ImportError } from './import.error';

/** How long the service may take to say that it is one. */
const ANSWER_MS = 5_000;
/** A replica renews its lease twice a second. */
const LEASE_SECONDS = 15;
const CONNECT_MS = 10_000;

/**
 * Looks whether agents would land where no service sees them, before anything is made or migrated: there is no embedded database under
 * `DATA_DIR`, or the service that answers on this machine runs on another database than that of the configuration.
 *
 * @throws ImportError that says so, and what to do
 */
export async function requireDatabaseOfService(configuration: Configuration, description: string): Promise<void> {
  const { DATABASE_URL, DATA_DIR } = configuration;
  if (DATABASE_URL === undefined && !EmbeddedPostgres.exists(DATA_DIR))
    throw new ImportError(
      `there is no ${description}: set DATA_DIR or DATABASE_URL as the service has them, or start it here first`,
    );
  const service = await serviceOnThisMachine(configuration);
  if (service === undefined || (await isUsedByService(configuration, description))) return;
  throw new ImportError(
    `the service at ${service} runs on another database than the ${description}: set DATA_DIR or DATABASE_URL as the service ` +
      `has them, import over HTTP with --url ${service}, or say --offline if it is meant`,
  );
}

/** Where a registry answers on the address of the configuration; undefined when none does. */
async function serviceOnThisMachine({
  SERVER_HOST,
  SERVER_PORT,
  TLS_CERT_FILE,
}: Configuration): Promise<string | undefined> {
  if (SERVER_PORT === 0) return undefined;
  const host = ['0.0.0.0', '::'].includes(SERVER_HOST) ? '127.0.0.1' : SERVER_HOST;
  const url = `${TLS_CERT_FILE ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${SERVER_PORT}`;
  try {
    const { info } = (await read(`${url}/openapi.json`)) as { info?: { title?: unknown } };
    return info?.title === 'Agent Registry' ? url : undefined;
  } catch {
    return undefined; // nothing that speaks HTTP, or nothing of ours
  }
}

/** The JSON there. Whose certificate it is does not matter: it is not told anything, and what it says only ends an import. */
async function read(url: string): Promise<unknown> {
  const signal = AbortSignal.timeout(ANSWER_MS);
  const request = url.startsWith('https:')
    ? https.get(url, { signal, rejectUnauthorized: false })
    : http.get(url, { signal });
  const [response] = (await once(request, 'response', { signal })) as [http.IncomingMessage];
  return json(response);
}

async function isUsedByService({ DATABASE_URL, DATA_DIR }: Configuration, description: string): Promise<boolean> {
  let server: EmbeddedPostgres | undefined;
  try {
    if (DATABASE_URL === undefined)
      server = await EmbeddedPostgres.start({ directory: DATA_DIR, log: () => undefined });
    return await isUsed(DATABASE_URL ?? server!.url);
  } catch (error) {
    throw new ImportError(`cannot open the ${description}: ${errorMessage(error)}`, { cause: error });
  } finally {
    await server?.stop();
  }
}

/** Whether a service is connected to the database, or, behind a pooler that hides its name, has renewed its lease a moment ago. */
async function isUsed(url: string): Promise<boolean> {
  const client = new Client({
    connectionString: url,
    application_name: 'agent-registry import',
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: CONNECT_MS,
  });
  client.on('error', () => undefined); // the statement fails as well
  try {
    await client.connect();
    const { rows } = await client.query<{ connected: boolean; leases: boolean }>(
      `SELECT to_regclass('replicas') IS NOT NULL AS leases, EXISTS (
         SELECT FROM pg_stat_activity
          WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE 'agent-registry%'
       ) AS connected`,
    );
    const { connected, leases } = rows[0]!;
    if (connected || !leases) return connected;
    const { rows: renewed } = await client.query(
      'SELECT FROM replicas WHERE renewed_at > now() - make_interval(secs => $1) LIMIT 1',
      [LEASE_SECONDS],
    );
    return renewed.length > 0;
  } finally {
    await client.end().catch(() => undefined);
  }
}
