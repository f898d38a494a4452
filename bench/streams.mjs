// What followers of the feed cost a replica: many streams, each of which passes one change in a thousand, while agents change.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { QUIET } from './contenders.mjs';
import { createFleet, fleetId } from './fleet.mjs';
import { openLoop } from './load/open-loop.mjs';
import { peak } from './load/peak.mjs';
import { heartbeats, http, spread } from './load/requests.mjs';
import { cpuSeconds, memory } from './processes.mjs';
import { count, ms } from './report.mjs';
import { startService } from './service.mjs';
import { median, quantile, table } from './statistics.mjs';

const CLIENTS = fileURLToPath(new URL('load/stream-clients.mjs', import.meta.url));
const FULL = { agents: 20_000, streams: 5_000, seconds: 20, idleSeconds: 10 };
const QUICK = { agents: 2_000, streams: 200, seconds: 3, idleSeconds: 1 };
const FILTERS = 100;
const CHANGES_PER_SECOND = 1_000;
const MOST_KIB_IDLE = 20;
const LEAST_RATE = 0.85;
let passes = 0;

export async function run({ url, directory, quick, broken }) {
  const extent = quick ? QUICK : FULL;
  const fleet = await createFleet(url, 'bench_streams', extent.agents);
  const settings = { ...QUIET, RATE_LIMIT_REQUESTS_PER_SECOND: '0' };
  const service = await startService(fleet.url, directory, settings);
  try {
    const ids = spread(extent.agents, extent.agents / 2);
    const beat = (seconds) =>
      peak({ url: service.url, directory, seconds, requests: heartbeats(service.url, ids, 1), connections: 16 });
    await beat(Math.ceil(extent.seconds / 2)); // warm
    const without = await measured(service, extent, beat);
    const before = memory(service.pid).now;
    const clients = await startClients(service.url, extent.streams);
    await delay(extent.idleSeconds * 1_000);
    const idleCpu = cpuSeconds(service.pid);
    await delay(extent.idleSeconds * 1_000);
    const idle = {
      kib: ((memory(service.pid).now - before) * 1e6) / 1024 / extent.streams,
      cpu: ((cpuSeconds(service.pid) - idleCpu) / extent.idleSeconds) * 100,
    };
    await clients.take();
    const withStreams = await measured(service, extent, beat);
    const { events, delays } = await clients.take();
    clients.stop();
    const ratio = withStreams.beats / without.beats;
    if (!quick && idle.kib > MOST_KIB_IDLE) broken.push(`streams: an idle one takes ${idle.kib.toFixed(1)} KiB`);
    if (!quick && ratio < LEAST_RATE)
      broken.push(`streams: heartbeats beside them have ${ratio.toFixed(2)} of their rate`);
    return report(extent, { without, withStreams, idle, events, delays, ratio });
  } finally {
    await service.stop();
    await fleet.database.end();
  }
}

/** Changes at a steady rate, each of another agent, and as many heartbeats beside them as the service takes. */
async function measured(service, { seconds, agents }, beat) {
  const number = CHANGES_PER_SECOND * seconds;
  const pass = ++passes;
  const changes = Array.from({ length: number }, (_, n) =>
    http(service.url, 'PATCH', `/agents/${fleetId((n % agents) + 1)}`, JSON.stringify({ version: `${pass}.${n}` })),
  );
  const began = cpuSeconds(service.pid);
  const [{ rate: beats }, loop] = await Promise.all([
    beat(seconds),
    openLoop({ url: service.url, requests: changes, count: number, rate: CHANGES_PER_SECOND }),
  ]);
  return { beats, changed: number / loop.seconds, cpu: ((cpuSeconds(service.pid) - began) / loop.seconds) * 100 };
}

async function startClients(url, streams) {
  const queries = Array.from(
    { length: FILTERS },
    (_, n) =>
      `after=now&filter=${encodeURIComponent(`agent.metadata.team == "team-${n}" && agent.type == "type-${n % 200}"`)}`,
  );
  const child = spawn(process.execPath, [CLIENTS, url, String(streams), ...queries], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  const next = async () => JSON.parse((await once(lines, 'line'))[0]);
  await next();
  return {
    take: () => {
      child.stdin.write('\n');
      return next();
    },
    stop: () => child.kill(),
  };
}

function report({ streams, seconds, agents }, { without, withStreams, idle, events, delays, ratio }) {
  const row = (name, { beats, changed, cpu }) => [name, count(changed), count(beats), `${cpu.toFixed(0)} %`];
  const head = ['', 'changes/s', 'heartbeats/s', 'CPU of the service'];
  return `${count(agents)} agents, ${count(streams)} streams of \`GET /events/stream\` with ${FILTERS} different expressions, each of which passes one change in a
thousand; ${CHANGES_PER_SECOND} changes a second are sent for ${seconds} s, and beside them as many heartbeats as the service takes. Everything is on one machine.

${table(head, [row('no stream', without), row(`${count(streams)} streams`, withStreams)])}

Heartbeats beside the streams have ${ratio.toFixed(2)} of their rate. ${count(events)} events arrived, ${ms(median(delays))} ms (median) and ${ms(quantile(delays, 0.99))} ms (p99) after
their own time. An idle stream takes ${idle.kib.toFixed(1)} KiB, and all of them ${idle.cpu.toFixed(1)} % of a core.`;
}
