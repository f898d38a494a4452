// How long a client waits for a read at 100,000 agents: one request at a time over HTTP, then two at a time.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';
import { median, quantile, table } from './statistics.mjs';

const { Client } = createRequire(import.meta.url)('pg');
const AGENTS = 100_000;
const REQUESTS = 300;
const WARM_UP = 50;

const SCENARIOS = {
  'read by id': (n) => `/agents/fleet-${String(1 + ((n * 7919) % AGENTS)).padStart(8, '0')}`,
  'list, first page': () => '/agents',
  'list by type (0.5 %)': (n) => `/agents?type=type-${n % 200}`,
  'list by status (98 %)': () => '/agents?status=active',
  'list by capability (0.4 %)': (n) => `/agents?capability=skill-${n % 1000}`,
  'list by two capabilities': (n) => `/agents?capability=skill-${n % 1000}&capability=common`,
  'list by metadata (0.2 %)': (n) => `/agents?metadata.team=team-${n % 500}`,
};

export async function run({ url, directory }) {
  const service = await startService(url, directory);
  const database = new Client({ connectionString: url });
  await database.connect();
  try {
    await database.query(await readFile(new URL('fleet.sql', import.meta.url), 'utf8'), [AGENTS]);
    await database.query('VACUUM ANALYZE agents');
    const rows = [];
    for (const [name, path] of Object.entries(SCENARIOS)) {
      const alone = await measure(service.url, path, 1);
      const inPairs = await measure(service.url, path, 2);
      rows.push([name, ms(median(alone)), ms(quantile(alone, 0.95)), ms(median(inPairs)), ms(quantile(inPairs, 0.95))]);
    }
    const head = ['request', 'median, ms', 'p95, ms', 'median, 2 at a time', 'p95, 2 at a time'];
    return `${AGENTS.toLocaleString('en')} agents, pages of 100 with their total.\n\n${table(head, rows)}`;
  } finally {
    await database.end();
    service.process.kill('SIGTERM');
    await once(service.process, 'exit');
  }
}

const ms = (value) => value.toFixed(1);

async function startService(url, directory) {
  const child = spawn(process.execPath, [new URL('../dist/main.js', import.meta.url).pathname], {
    env: { ...process.env, DATABASE_URL: url, DATA_DIR: directory, SERVER_PORT: '0', SERVER_HOST: '127.0.0.1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const { api } = JSON.parse(line);
    if (api) {
      child.stdout.resume();
      return { process: child, url: api };
    }
  }
  throw new Error('the service ended before it was ready');
}

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
