// What each tier of the cache wins at 100,000 agents: asked within the process, then as clients of the service see it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createRequire } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';
import { createFleet, fleetId } from './fleet.mjs';
import { startService } from './service.mjs';
import { median, quantile, table } from './statistics.mjs';

const require = createRequire(import.meta.url);
const { NestFactory } = require('@nestjs/core');
const { AppModule } = require('../dist/app.module.js');
const { redisTier } = require('../dist/platform/cache/cache.stores.js');
const { ChangeEpoch } = require('../dist/platform/cache/change-epoch.js');
const { RedisConnection } = require('../dist/platform/cache/redis.connection.js');
const { TieredCache } = require('../dist/platform/cache/tiered-cache.js');
const { Configuration } = require('../dist/platform/config/configuration.js');
const { AgentRepository } = require('../dist/registry/agent.repository.js');

const AGENTS = 100_000;
const TIMES = 500;
const WARM_UP = 100;
const AT_ONCE = 16;
const TTL_MS = 2_000;
const NO_CRITERION = { types: [], statuses: [], categories: [], capabilities: [], metadata: [], limit: 100 };
const TOTALS = {
  'total of all': NO_CRITERION,
  'total by status (98 %)': { ...NO_CRITERION, statuses: ['active'] },
  'total by capability (0.4 %)': { ...NO_CRITERION, capabilities: ['skill-7'] },
  'total by type (0.5 %)': { ...NO_CRITERION, types: ['type-7'] },
};

export async function run({ url, directory }) {
  const fleet = await createFleet(url, 'bench_cache', AGENTS);
  const redis = await startRedis();
  try {
    const within = await measureTiers(fleet.url, redis.url);
    const overHttp = await measureService(fleet.url, directory, redis.url);
    return `${AGENTS.toLocaleString('en')} agents, Redis on the same machine.

One question after the other, ms; and with ${AT_ONCE} at a time, how many a second:

${table(['question', 'PostgreSQL', 'Redis', 'memory', 'PostgreSQL/s', 'Redis/s', 'memory/s'], within)}

Over HTTP, one request after the other:

${table(['request', 'median, ms', 'p95, ms'], overHttp)}`;
  } finally {
    await redis.stop();
    await fleet.database.end();
  }
}

async function measureTiers(databaseUrl, redisUrl) {
  const settings = { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, LOG_LEVEL: 'error' };
  const configuration = Object.assign(new Configuration(), settings, { HEARTBEAT_TIMEOUT_SECONDS: 86_400 });
  const context = await NestFactory.createApplicationContext(AppModule.forRoot(configuration), { logger: false });
  try {
    const [agents, cache, epoch, connection] = [AgentRepository, TieredCache, ChangeEpoch, RedisConnection].map(
      (provider) => context.get(provider, { strict: false }),
    );
    while (connection.state() !== 'up') await delay(20);
    const shared = redisTier(connection);
    const fromRedis = async (key, load) => {
      const found = await shared.get(key);
      if (found !== undefined) return found;
      const loaded = await load();
      await shared.set(key, loaded, TTL_MS);
      return loaded;
    };
    const rows = [];
    const questions = [
      // Of fifty agents, as a dashboard would: with more, what is remembered expires before it is asked for again.
      ['record by id', (n) => `agent:${n % 50}`, (n) => agents.find(fleetId(1 + (n % 50) * 1999)), async () => ''],
      ...Object.entries(TOTALS).map(([name, query]) => [
        name,
        () => name,
        () => agents.count(query),
        // What a total needs besides: the epoch, which its key contains.
        () => epoch.current(),
      ]),
    ];
    for (const [name, key, load, before] of questions) {
      const ways = [
        load,
        async (n) => fromRedis(`bench:${await before()}:${key(n)}`, () => load(n)),
        (n) => cache.getOrLoad(`bench:${key(n)}`, () => load(n)),
      ];
      const alone = [];
      const together = [];
      for (const way of ways) {
        alone.push(median(await times(way, 1)).toFixed(3));
        const began = performance.now();
        const taken = await times(way, AT_ONCE);
        const perSecond = ((taken.length + WARM_UP) / (performance.now() - began)) * 1000;
        together.push(Math.round(perSecond).toLocaleString('en'));
      }
      rows.push([name, ...alone, ...together]);
    }
    return rows;
  } finally {
    await context.close();
  }
}

async function measureService(databaseUrl, directory, redisUrl) {
  const quiet = { HEARTBEAT_TIMEOUT_SECONDS: '86400', REDIS_URL: redisUrl };
  const service = await startService(databaseUrl, directory, quiet);
  try {
    const ask = async (path, init) => {
      const answer = await fetch(service.url + path, init);
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${answer.status} ${path}: ${text}`);
    };
    const row = async (name, path, before = async (_n) => undefined) => {
      const taken = [];
      for (let n = 0; n < TIMES + WARM_UP; n++) {
        await before(n);
        const began = performance.now();
        await ask(path(n));
        if (n >= WARM_UP) taken.push(performance.now() - began);
      }
      return [name, median(taken).toFixed(2), quantile(taken, 0.95).toFixed(2)];
    };
    const switched = (n) =>
      ask(`/agents/${fleetId(1)}/status`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ status: n % 2 ? 'active' : 'maintenance' }),
      });
    return [
      await row('read by id, each another agent', (n) => `/agents/${fleetId(1 + ((n * 7919) % AGENTS))}`),
      await row('read by id, fifty agents in turn', (n) => `/agents/${fleetId(1 + (n % 50) * 1999)}`),
      await row('list of 1, total of all, a change before each', () => '/agents?limit=1', switched),
      await row('list of 1, total of all, no change', () => '/agents?limit=1'),
    ];
  } finally {
    await service.stop();
  }
}

/** How long each took, in milliseconds. */
async function times(ask, width) {
  const taken = [];
  let next = 0;
  const worker = async () => {
    while (next < TIMES + WARM_UP) {
      const n = next++;
      const began = performance.now();
      await ask(n);
      if (n >= WARM_UP) taken.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return taken;
}

async function startRedis() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  const child = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', ''], {
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');
  return {
    url: `redis://127.0.0.1:${port}`,
    stop: async () => {
      child.kill();
      await ended;
    },
  };
}
