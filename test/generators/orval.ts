// A round trip with what orval makes of openapi.json. Prints what came back as one line of JSON.
import axios, { AxiosError } from 'axios';
import {
  deregisterAgent,
  getAgent,
  listAgents,
  registerAgent,
  sendHeartbeat,
  updateAgent,
  type Problem,
} from './.generated/orval.js';

const { REGISTRY_URL, REGISTRY_TOKEN } = process.env;
axios.defaults.baseURL = REGISTRY_URL;
axios.defaults.headers.common.Authorization = `Bearer ${REGISTRY_TOKEN}`;
// As the document says: a list is a parameter that is repeated.
axios.defaults.paramsSerializer = { indexes: null };

async function roundTrip(): Promise<object> {
  const register = (id: string, team: string) =>
    registerAgent({ id, name: id, type: 'worker', category: 'processing', metadata: { team } });
  const { data: registration } = await register('orval-1', 'orval');
  await register('orval-2', 'others');
  const { id } = registration;
  const { data: updated } = await updateAgent(id, { category: null });
  const { data: agent } = await getAgent(id);
  const { data: page } = await listAgents({
    metadata: { team: 'orval' },
    status: ['active', 'maintenance'],
    type: ['worker'],
    limit: 10,
  });
  const { data: heartbeat } = await sendHeartbeat(id, { health: { cpu_percent: 12.5 } });
  const { data: deregistration } = await deregisterAgent(id, { ban: false });
  const error: unknown = await getAgent(id).catch((refusal: unknown) => refusal);
  const problem = error instanceof AxiosError ? (error.response?.data as Problem) : undefined;
  return {
    registered: registration.status,
    category: updated.category,
    metadata: agent.metadata,
    listed: page.agents.map((each) => each.id),
    total: page.total,
    nextHeartbeat: heartbeat.next_heartbeat_seconds,
    deregistered: deregistration.status,
    code: problem?.code,
  };
}

void roundTrip().then((result) => console.log(JSON.stringify(result)));
