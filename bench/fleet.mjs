import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';

const require = createRequire(import.meta.url);
const { Client } = require('pg');
const { migrate } = require('../dist/platform/database/data-source.js');

/** A new database on the server with our schema, `statements` on top of it and a fleet in it; and a connection to it. */
export async function createFleet(serverUrl, name, agents, statements = []) {
  const admin = new Client({ connectionString: serverUrl });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  await admin.end();
  const target = new URL(serverUrl);
  target.pathname = `/${name}`;
  await migrate(target.href);
  const database = new Client({ connectionString: target.href });
  database.on('error', () => undefined); // at the end of a run that fails, the server goes first; that run's error is the one to tell
  await database.connect();
  for (const statement of statements) await database.query(statement);
  await database.query(await readFile(new URL('fleet.sql', import.meta.url), 'utf8'), [agents]);
  await database.query('VACUUM ANALYZE agents');
  return { url: target.href, database };
}

/** The id of agent 1, 2, 3 … of `fleet.sql`. */
export const fleetId = (n) => `fleet-${String(n).padStart(8, '0')}`;
