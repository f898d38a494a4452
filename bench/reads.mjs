// How long a client waits for a read at 100,000 agents: one request at a time over HTTP, then two at a time.
import { Agent, get } from 'node:http';
import { createFleet, fleetId } from './fleet.mjs';
import { startService } from './service.mjs';
import { median, quantile, table } from './statistics.mjs';

const AGENTS = 100_000;
const REQUESTS = 300;
const WARM_UP = 50;

const SCENARIOS = {
  'read by id': (n) => `/agents/${fleetId(1 + ((n * 7919) % AGENTS))}`,
  'list, first page': () => '/agents',
  'list by type (0.5 %)': (n) => `/agents?type=type-${n % 200}`,
  'list by status (98 %)': () => '/agents?status=active',
  'list by capability (0.4 %)': (n) => `/agents?capability=skill-${n % 1000}`,
  'list by two capabilities': (n) => `/agents?capability=skill-${n % 1000}&capability=common`,
  'list by metadata (0.2 %)': (n) => `/agents?metadata.team=team-${n % 500}`,
};

export async function run({ url, directory }) {
  const fleet = await createFleet(url, 'bench_reads', AGENTS);
  // Nobody beats here, and the sweep should not be busy with that.
  const service = await startService(fleet.url, directory, { HEARTBEAT_TIMEOUT_SECONDS: '86400' });
  try {
    const rows = [];
    for (const [name, path] of Object.entries(SCENARIOS)) {
      const alone = await measure(service.url, path, 1);
      const inPairs = await measure(service.url, path, 2);
      rows.push([name, ms(median(alone)), ms(quantile(alone, 0.95)), ms(median(inPairs)), ms(quantile(inPairs, 0.95))]);
    }
    const head = ['request', 'median, ms', 'p95, ms', 'median, 2 at a time', 'p95, 2 at a time'];
    return `${AGENTS.toLocaleString('en')} agents, pages of 100 with their total.\n\n${table(head, rows)}`;
  } finally {
    await service.stop();
    await fleet.database.end();
  }
}

const ms = (value) => value.toFixed(1);

async function measure(base, path, width) {
  const agent = new Agent({ keepAlive: true, maxSockets: width });
  const times = [];
  let next = 0;
  const worker = async () => {
    while (next < REQUESTS + WARM_UP) {
      const n = next++;
      const start = performance.now();
      await fetchOk(base + path(n), agent);
      if (n >= WARM_UP) times.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  agent.destroy();
  return times;
}

function fetchOk(url, agent) {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      response.on('data', () => undefined);
      response.on('end', () =>
        response.statusCode === 200 ? resolve() : reject(new Error(`${response.statusCode} ${url}`)),
      );
    }).on('error', reject);
  });
}
