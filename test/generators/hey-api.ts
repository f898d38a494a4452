// A round trip with what @hey-api/openapi-ts makes of openapi.json. Prints what came back as one line of JSON.
import { client } from './.generated/hey-api/client.gen.js';
import {
  deregisterAgent,
  getAgent,
  listAgents,
  registerAgent,
  sendHeartbeat,
  updateAgent,
} from './.generated/hey-api/index.js';

const { REGISTRY_URL, REGISTRY_TOKEN } = process.env;
client.setConfig({ baseUrl: REGISTRY_URL, auth: REGISTRY_TOKEN });

async function roundTrip(): Promise<object> {
  const throwOnError = true;
  const register = (id: string, team: string) =>
    registerAgent({ body: { id, name: id, type: 'worker', category: 'processing', metadata: { team } }, throwOnError });
  const { data: registration } = await register('hey-api-1', 'hey-api');
  await register('hey-api-2', 'others');
  const path = { id: registration.id };
  const { data: updated } = await updateAgent({ path, body: { category: null }, throwOnError });
  const { data: agent } = await getAgent({ path, throwOnError });
  const { data: page } = await listAgents({
    query: { metadata: { team: 'hey-api' }, status: ['active', 'maintenance'], type: ['worker'], limit: 10 },
    throwOnError,
  });
  const { data: heartbeat } = await sendHeartbeat({ path, body: { health: { cpu_percent: 12.5 } }, throwOnError });
  const { data: deregistration } = await deregisterAgent({ path, query: { ban: false }, throwOnError });
  const { error: problem } = await getAgent({ path });
  return {
    registered: registration.status,
    category: updated.category,
    metadata: agent.metadata,
    listed: page.agents.map(({ id }) => id),
    total: page.total,
    nextHeartbeat: heartbeat.next_heartbeat_seconds,
    deregistered: deregistration.status,
    code: problem?.code,
  };
}

void roundTrip().then((result) => console.log(JSON.stringify(result)));
