// The limit of what any service on node:http can reach: the same JSON in and out, one look into a Map, and nothing else. No
// validation, no logs, no metrics, no database, no errors. Agents fleet-00000001 … up to the number in argv.
import { createServer } from 'node:http';
import { fleetId } from '../fleet.mjs';
import { AGENT } from '../load/requests.mjs';

const agents = new Map();
const registeredAt = new Date().toISOString();
for (let n = 1; n <= Number(process.argv[2]); n++) {
  const id = fleetId(n);
  const { heartbeat, ...registered } = AGENT;
  const fields = { id, ...registered, status: 'active', registered_at: registeredAt };
  agents.set(id, { fields, heartbeat, etag: `"1-${n}"`, seen: Date.now(), health: null });
}

const server = createServer((request, response) => {
  const { url, method } = request;
  const end = url.indexOf('/', 8);
  const agent = agents.get(end < 0 ? url.slice(8) : url.slice(8, end));
  if (!agent) return answer(response, 404, {});
  if (method === 'GET') return answer(response, 200, record(agent), agent.etag);
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    agent.health = JSON.parse(Buffer.concat(chunks).toString()).health;
    agent.seen = Date.now();
    const last_beat = new Date(agent.seen).toISOString();
    answer(response, 200, {
      id: agent.fields.id,
      last_beat,
      status: agent.fields.status,
      next_heartbeat_seconds: 10,
      timeout_seconds: 30,
    });
  });
});

function record({ fields, health, heartbeat, seen }) {
  const last_seen = new Date(seen).toISOString();
  const missed_beats = Math.floor((Date.now() - seen) / 1000 / heartbeat.interval_seconds);
  return {
    ...fields,
    last_seen,
    health: { status: 'healthy', ...health, last_check: last_seen },
    heartbeat: { ...heartbeat, enabled: true, last_beat: last_seen, missed_beats, timeout_seconds: 30 },
  };
}

function answer(response, status, body, etag) {
  const text = JSON.stringify(body);
  const headers = { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(text) };
  if (etag) headers.etag = etag;
  response.writeHead(status, headers).end(text);
}

server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ api: `http://127.0.0.1:${server.address().port}` })));
process.on('SIGTERM', () => process.exit(0));
