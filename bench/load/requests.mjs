// The requests of the contract, as they go over the wire.
import { fleetId } from '../fleet.mjs';

/** A request as text. */
export function http(url, method, path, body) {
  const { host } = new URL(url);
  const head = `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\n`;
  if (body === undefined) return `${head}\r\n`;
  return `${head}Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

/** Agents that stand far from each other in a fleet, as those that beat together do. */
export function spread(fleet, agents) {
  const step = Math.max(1, Math.floor(fleet / agents));
  return Array.from({ length: Math.min(fleet, agents) }, (_, n) => fleetId(1 + n * step));
}

/** What an agent reports. `run` comes back out of the database, and tells which run the beat was of. */
const report = (n, run) =>
  `{"cpu_percent":${n % 90}.5,"memory_percent":${(n * 7) % 90},"active_connections":${n % 50},"error_count":0,"uptime_seconds":${3600 + n},"metrics":{"run":${run}}}`;

export const heartbeats = (url, ids, run) =>
  ids.map((id, n) => http(url, 'POST', `/agents/${id}/heartbeat`, `{"health":${report(n, run)}}`));

/** Every one of the ids beats once, `size` of them in a batch. */
export function batches(url, ids, run, size = 1_000) {
  const count = Math.ceil(ids.length / size);
  return Array.from({ length: count }, (_, batch) => {
    const beats = [];
    for (let n = batch; n < ids.length; n += count) beats.push(`{"id":"${ids[n]}","health":${report(n, run)}}`);
    return http(url, 'POST', '/agents/heartbeats', `{"beats":[${beats.join(',')}]}`);
  });
}

export const reads = (url, ids) => ids.map((id) => http(url, 'GET', `/agents/${id}`));

export const listPages = (url) => [http(url, 'GET', '/agents?limit=100')];

/** Each asks for another capability, so that no total is known already; one agent in 250 has it. */
export const discoveries = (url) =>
  Array.from({ length: 1_000 }, (_, n) =>
    http(url, 'POST', '/agents/discover', `{"capabilities":["skill-${(n * 7) % 1000}"]}`),
  );

export const AGENT = {
  name: 'DataProcessor',
  type: 'type-7',
  category: 'category-1',
  version: '1.0.0',
  capabilities: ['skill-1', 'skill-20', 'skill-88', 'skill-8', 'common'],
  endpoints: { api: 'http://10.0.0.1:5000/1' },
  metadata: { team: 'team-1', serial: 1, environment: 'production' },
  heartbeat: { interval_seconds: 10 },
};

/** A registration of a new agent, or of the one with this id. */
export const registration = (url, id) => http(url, 'POST', '/agents/register', JSON.stringify({ ...AGENT, id }));

/** What a fleet does all day, of a thousand requests: 900 heartbeats, 70 reads, 15 filtered lists, 10 discoveries, 5 registrations. */
export function mixture(url, ids, run) {
  const beats = heartbeats(url, ids, run);
  const found = discoveries(url);
  return Array.from({ length: 20_000 }, (_, n) => {
    const id = ids[(n * 13) % ids.length];
    const kind = (n * 7) % 1000; // 7 and 1,000 have no common divisor: the kinds are spread evenly
    if (kind < 900) return beats[n % beats.length];
    if (kind < 970) return http(url, 'GET', `/agents/${id}`);
    if (kind < 985) return http(url, 'GET', `/agents?type=type-${n % 200}&limit=20`);
    if (kind < 995) return found[n % found.length];
    return registration(url, id);
  });
}
