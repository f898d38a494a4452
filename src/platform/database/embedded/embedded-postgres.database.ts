import { createHmac } from 'node:crypto';
import { Client, escapeLiteral, type ClientConfig } from 'pg';
import type { Cluster } from './embedded-postgres.cluster';

const DATABASE = 'agent_registry';
/** Who the service is: the database is its own, and the server is not. */
const ROLE = 'agent_registry';
/** Held while the database is made: PostgreSQL cannot copy one template twice at a time. */
const CREATION_LOCK = 4_031_872;

export interface Login {
  user: string;
  password: string;
}

/**
 * How the service logs in to the database. The password follows from the superuser's, so there is nothing more to keep, and does not give
 * that one away.
 */
export function serviceLogin({ password }: Cluster): Login {
  return { user: ROLE, password: createHmac('sha256', password).update(ROLE).digest('base64url') };
}

/** The connection string of the database for this login. */
export function databaseUrl({ user, password }: Login, host: string, port: number | undefined): string {
  return `postgres://${user}:${password}@${host}:${port}/${DATABASE}`;
}

/**
 * Makes the database and the ordinary role that owns it, as far as they are not there; a database that was the superuser's, tables and all,
 * becomes the role's. `superuser` is connected to the database `postgres`, and `connection` is how it is. Safe to race.
 */
export async function prepareDatabase(superuser: Client, connection: ClientConfig, login: Login): Promise<void> {
  await superuser.query('SELECT pg_advisory_lock($1)', [CREATION_LOCK]);
  try {
    const { rowCount: roles } = await superuser.query('SELECT FROM pg_roles WHERE rolname = $1', [ROLE]);
    if (!roles) await superuser.query(`CREATE ROLE ${ROLE}`);
    await superuser.query(`ALTER ROLE ${ROLE} NOSUPERUSER LOGIN PASSWORD ${escapeLiteral(login.password)}`);
    const { rows: databases } = await superuser.query<{ owner: string }>(
      'SELECT pg_get_userbyid(datdba) AS owner FROM pg_database WHERE datname = $1',
      [DATABASE],
    );
    if (!databases[0]) await superuser.query(`CREATE DATABASE ${DATABASE} OWNER ${ROLE} TEMPLATE template0`);
    else if (databases[0].owner !== ROLE) await superuser.query(`ALTER DATABASE ${DATABASE} OWNER TO ${ROLE}`);
    await handOver(connection);
  } finally {
    await superuser.query('SELECT pg_advisory_unlock($1)', [CREATION_LOCK]);
  }
}

/** Tables that were made by the superuser, whom the service of earlier releases was, become the role's, with their sequences and indexes. */
async function handOver(connection: ClientConfig): Promise<void> {
  const client = new Client({ ...connection, database: DATABASE, application_name: 'agent-registry owner' });
  client.on('error', () => undefined); // it is thrown as well
  try {
    await client.connect();
    const { rows } = await client.query<{ name: string }>(
      `SELECT oid::regclass::text AS name FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relowner <> $1::regrole`,
      [ROLE],
    );
    for (const { name } of rows) await client.query(`ALTER TABLE ${name} OWNER TO ${ROLE}`);
  } finally {
    await client.end().catch(() => undefined);
  }
}
