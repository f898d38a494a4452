// The limits of what any service on this PostgreSQL can reach: the plainest statements that do the same, prepared, without a service.
import { createRequire } from 'node:module';
import { AGENT } from '../load/requests.mjs';

const require = createRequire(import.meta.url);
const { Client } = require('pg');
const { BeatsRepository } = require('../../dist/heartbeat/beats.repository.js');

/** Beats in one statement, as many as the service writes. */
const BATCH = 2_000;

const FLUSH = `
  UPDATE agents SET last_seen = now(), health = given.report
    FROM unnest($1::text[], $2::jsonb[]) AS given(id, report) WHERE agents.id = given.id`;

const REGISTER = `
  WITH written AS (
    INSERT INTO agents (id, name, type, category, version, capabilities, endpoints, metadata, heartbeat, status, registered_at, last_seen)
    VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7::jsonb, $8::jsonb, $9::jsonb, 'active', now(), now()) RETURNING id, name, type)
  INSERT INTO agent_events (agent_id, type, to_status, data)
  SELECT id, 'registered', 'active', jsonb_build_object('name', name, 'type', type, 'generation', 1) FROM written`;

const reportOf = (n, run) => ({
  cpu_percent: (n % 90) + 0.5,
  memory_percent: (n * 7) % 90,
  active_connections: n % 50,
  error_count: 0,
  uptime_seconds: 3600 + n,
  metrics: { run },
});

/** Beats a second that one connection writes with a bare UPDATE, sorted by id as the service sorts them. */
export async function bareFlush(database, ids, run) {
  return rateOfBatches(ids, (batch, first) => {
    const reports = batch.map((_, n) =>
      JSON.stringify({ ...reportOf(first + n, run), last_check: new Date().toISOString() }),
    );
    return database.query({ name: 'bare_flush', text: FLUSH, values: [batch, reports] });
  });
}

/** The same with the service's own statement, which also keeps the order of beats, locks, revives and logs. */
export async function serviceFlush(database, ids, run) {
  const prepared = (name, text, values) => database.query({ name, text, values }).then(({ rows }) => rows);
  const repository = new BeatsRepository({ prepared });
  return rateOfBatches(ids, (batch, first) =>
    repository.write(batch.map((id, n) => ({ id, age: 0, report: reportOf(first + n, run), reportAge: 0 }))),
  );
}

async function rateOfBatches(ids, write) {
  const start = performance.now();
  for (let first = 0; first < ids.length; first += BATCH) await write(ids.slice(first, first + BATCH), first);
  return ids.length / ((performance.now() - start) / 1000);
}

/** Registrations a second as INSERT plus event, over so many connections for so long. */
export async function bareRegister({ url, connections, seconds, run }) {
  const clients = Array.from({ length: connections }, () => new Client({ connectionString: url }));
  for (const client of clients) client.on('error', () => undefined); // who waits for it is told
  await Promise.all(clients.map((client) => client.connect()));
  const { name, type, category, version, capabilities, endpoints, metadata, heartbeat } = AGENT;
  const documents = [capabilities, endpoints, metadata, heartbeat].map((value) => JSON.stringify(value));
  const values = [name, type, category, version, ...documents];
  let written = 0;
  const start = performance.now();
  const work = async (client) => {
    while (performance.now() - start < seconds * 1000)
      await client.query({
        name: 'bare_register',
        text: REGISTER,
        values: [`bare-${run}-${written++}`, ...values],
      });
  };
  await Promise.all(clients.map(work));
  const rate = written / ((performance.now() - start) / 1000);
  await Promise.all(clients.map((client) => client.end()));
  return { rate, answers: written };
}
