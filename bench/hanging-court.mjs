// Whether a court that never answers slows heartbeats down: the same beats without a court and with one that hangs.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { memory } from './processes.mjs';
import { startService } from './service.mjs';
import { median, quantile, table } from './statistics.mjs';

const COURT = fileURLToPath(new URL('../scripts/court.mjs', import.meta.url));
const AGENTS = 200;
const BEATS = 3_000;
const TURNS = 3;
const REGISTRATIONS = 500;

export async function run({ url, directory, broken }) {
  const court = await startCourt();
  const free = await startService(url, directory);
  const judged = await startService(url, directory, { TRIFECTA_COURT_URL: court.url });
  try {
    for (let n = 0; n < AGENTS; n++)
      await post(free.url, '/agents/register', { id: `beating-${n}`, name: 'n', type: 't' });
    await beat(free.url);
    await beat(judged.url);
    const before = memory(judged.pid).now;
    const times = { free: [], judged: [] };
    const refusals = [];
    for (let turn = 0; turn < TURNS; turn++) {
      times.free.push(...(await beat(free.url)));
      await court.mode('hang');
      const pending = Array.from({ length: REGISTRATIONS }, (_, n) =>
        post(judged.url, '/agents/register', { id: `judged-${turn}-${n}`, name: 'n', type: 't' }),
      );
      times.judged.push(...(await beat(judged.url)));
      refusals.push(...(await Promise.all(pending)));
      await court.mode('normal');
    }
    const grown = memory(judged.pid).peak - before;
    const answers = [...new Set(refusals)].join(', ');
    const recovery = await untilRegistered(judged.url);
    const ratio = median(times.judged) / median(times.free);
    if (ratio > 1.5) broken.push(`hanging-court: heartbeats take ${ratio.toFixed(2)} times as long`);
    if (answers !== '503') broken.push(`hanging-court: registrations were answered ${answers}`);
    const row = (name, values) => [name, ms(median(values)), ms(quantile(values, 0.95)), ms(quantile(values, 0.99))];
    return [
      `${BEATS} heartbeats one after another, ${TURNS} turns each way in turn; with the court hanging, ${REGISTRATIONS} registrations are in flight.`,
      table(
        ['heartbeat', 'median, ms', 'p95, ms', 'p99, ms'],
        [row('no court', times.free), row('court hangs, registrations in flight', times.judged)],
      ),
      `Median ${ratio.toFixed(2)} times that without a court. All ${refusals.length} registrations were answered ${answers}. Memory grew by ` +
        `${Math.round(grown)} MB at most. With the court back, the breaker let registrations through again after ${recovery} s.`,
    ].join('\n\n');
  } finally {
    await judged.stop();
    await free.stop();
    await court.stop();
  }
}

const ms = (value) => value.toFixed(2);

async function beat(base) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const times = [];
  for (let n = 0; n < BEATS; n++) {
    const start = performance.now();
    const status = await post(base, `/agents/beating-${n % AGENTS}/heartbeat`, { cpu_percent: n % 100 }, agent);
    if (status !== 200) throw new Error(`a heartbeat was answered ${status}`);
    times.push(performance.now() - start);
  }
  agent.destroy();
  return times;
}

/** Seconds until a registration goes through. */
async function untilRegistered(base) {
  const start = performance.now();
  while (performance.now() - start < 30_000) {
    if ((await post(base, '/agents/register', { id: 'judged-last', name: 'n', type: 't' })) < 300) break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return ((performance.now() - start) / 1000).toFixed(1);
}

async function startCourt() {
  const child = spawn(process.execPath, [COURT, '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const { url } = JSON.parse(line);
  return {
    url,
    mode: (mode) =>
      fetch(`${url}/mode`, {
        method: 'PUT',
        body: JSON.stringify({ mode }),
        headers: { 'content-type': 'application/json' },
      }),
    stop: async () => {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

/** The status of the answer. */
function post(base, path, body, agent) {
  const text = JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
    const sent = request(base + path, { method: 'POST', headers, agent }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode));
    });
    sent.on('error', reject);
    sent.end(text);
  });
}
