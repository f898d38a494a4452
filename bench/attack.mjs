// What a hostile client costs everybody else: memory, other clients' heartbeats, probes, and how soon a silent agent is found.
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { memory } from './processes.mjs';
import { startService } from './service.mjs';
import { median, quantile, table } from './statistics.mjs';

const ATTACKER = fileURLToPath(new URL('load/attacker.mjs', import.meta.url));
const FULL = { seconds: 20, agents: 100 };
const QUICK = { seconds: 14, agents: 20 };
const BEATS_PER_SECOND = 50;
const PROBES_PER_SECOND = 5;
const TIMEOUT_SECONDS = 5;
/** The timeout, two sweeps, a flush, and as much again as a sweep for a busy machine. */
const FOUND_WITHIN_SECONDS = TIMEOUT_SECONDS + 2 + 2 + 0.5 + 2;
const MOST_MEBIBYTES = 350;
/** Of the image on Kubernetes: see deploy/kubernetes. */
const MEMORY_FLAGS = { NODE_OPTIONS: '--max-old-space-size=256' };

export async function run({ url, directory, quick, broken }) {
  const extent = quick ? QUICK : FULL;
  const tokens = Object.fromEntries(['bystander', 'attacker'].map((name) => [name, newToken(name)]));
  const service = await startService(url, directory, {
    ...MEMORY_FLAGS,
    HEARTBEAT_TIMEOUT_SECONDS: String(TIMEOUT_SECONDS),
    HEARTBEAT_SWEEP_INTERVAL_SECONDS: '2',
    RATE_LIMIT_REQUESTS_PER_SECOND: '0',
    AUTH_MODE: 'token',
    AUTH_TOKENS: JSON.stringify(Object.values(tokens).map(({ entry }) => entry)),
  });
  const bystander = new Bystander(service.url, tokens.bystander.token);
  try {
    for (let n = 0; n < extent.agents; n++) await bystander.register(`beating-${n}`);
    const rows = [];
    const phases = {
      'no attack': undefined,
      'without a token': '',
      'with the token of a client': tokens.attacker.token,
    };
    let quiet;
    for (const [name, token] of Object.entries(phases)) {
      const attacker = token === undefined ? undefined : startAttacker(service.url, extent.seconds, token);
      const seen = await bystander.live(extent, rows.length);
      const answers = await attacker?.();
      const peak = memory(service.pid).peak / 1.048576;
      quiet ??= seen;
      rows.push([name, ...cells(seen), `${Math.round(peak)} MiB`, answers ?? '–']);
      broken.push(...faults(seen, quiet, peak).map((fault) => `attack, ${name}: ${fault}`));
    }
    return `${introduction(extent)}\n\n${table(HEAD, rows)}`;
  } finally {
    bystander.close();
    await service.stop();
  }
}

const HEAD = [
  'attack',
  'beat p50, ms',
  'beat p99, ms',
  'beats refused',
  'probe p50, ms',
  'probe max, ms',
  'silent agent found after, s',
  'peak memory so far',
  'answers to the attacker',
];

const cells = ({ beats, refused, probes, found }) => [
  median(beats).toFixed(1),
  quantile(beats, 0.99).toFixed(1),
  refused,
  median(probes).toFixed(1),
  Math.max(...probes).toFixed(0),
  found === undefined ? 'not' : found.toFixed(1),
];

function faults({ beats, refused, found }, quiet, peak) {
  const told = [];
  if (refused > 0) told.push(`${refused} heartbeats of others were refused`);
  if (median(beats) > 10 * median(quiet.beats)) told.push('heartbeats of others take more than ten times as long');
  if (found === undefined || found > FOUND_WITHIN_SECONDS) told.push('a silent agent was not found in time');
  if (peak > MOST_MEBIBYTES) told.push(`the service took ${Math.round(peak)} MiB`);
  return told;
}

function newToken(name) {
  const token = randomBytes(24).toString('base64url');
  const sha256 = createHash('sha256').update(token).digest('hex');
  return { token, entry: { name, sha256, scopes: ['read', 'agent'] } };
}

/** Gives what waits for its end and tells what it was answered. */
function startAttacker(url, seconds, token) {
  const child = spawn(process.execPath, [ATTACKER, url, String(seconds), token], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output, ended] = [text(child.stdout), once(child, 'exit')];
  return async () => {
    await ended;
    const counts = Object.entries(JSON.parse(await output));
    return counts.map(([status, count]) => `${count} × ${status}`).join(', ') || 'none';
  };
}

/** A client that does nothing wrong. */
class Bystander {
  agent = new Agent({ keepAlive: true });

  constructor(url, token) {
    this.url = url;
    this.headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  }

  close() {
    this.agent.destroy();
  }

  async register(id) {
    const { status } = await this.ask('POST', '/agents/register', {
      id,
      name: 'n',
      type: 't',
      heartbeat: { interval_seconds: 1 },
    });
    if (status >= 300) throw new Error(`a registration was answered ${status}`);
  }

  /** Beats for all but one agent, which falls silent as it begins, and probes. */
  async live({ seconds, agents }, phase) {
    const silent = `silent-${phase}`;
    await this.register(silent);
    const seen = { beats: [], refused: 0, probes: [], found: undefined };
    const began = performance.now();
    const isOver = () => performance.now() - began > seconds * 1000;
    const pending = [];
    const each = async (perSecond, work) => {
      for (let n = 0; !isOver(); n++) {
        pending.push(work(n));
        await delay(Math.max(0, began + ((n + 1) / perSecond) * 1000 - performance.now()));
      }
    };
    await Promise.all([
      each(BEATS_PER_SECOND, async (n) => {
        const { status, ms } = await this.ask('POST', `/agents/beating-${n % agents}/heartbeat`);
        seen.beats.push(ms);
        if (status !== 200) seen.refused++;
      }),
      each(PROBES_PER_SECOND, async () => void seen.probes.push((await this.ask('GET', '/health/live')).ms)),
      each(PROBES_PER_SECOND, async () => {
        const { body } = await this.ask('GET', `/agents/${silent}`);
        if (body.status === 'unhealthy') seen.found ??= (performance.now() - began) / 1000;
      }),
    ]);
    await Promise.all(pending);
    return seen;
  }

  async ask(method, path, body) {
    const began = performance.now();
    const sent = request(this.url + path, { method, headers: this.headers, agent: this.agent });
    sent.end(body && JSON.stringify(body));
    const [response] = await once(sent, 'response');
    const answer = await text(response);
    const ms = performance.now() - began;
    return { status: response.statusCode, ms, body: path.startsWith('/agents/') ? JSON.parse(answer) : undefined };
  }
}

const introduction = ({ seconds, agents }) =>
  `
${seconds} s each: a client begins bodies of 4 MiB on 150 connections and stalls before their end, and sends whole ones, nested two million deep, on 8 more. Meanwhile another
client sends ${BEATS_PER_SECOND} heartbeats a second for ${agents} agents, one of its agents falls silent at the start (timeout ${TIMEOUT_SECONDS} s, a sweep each 2 s), and probes ask five times a second.
At most ${MOST_MEBIBYTES} MiB of memory, no heartbeat refused, its median at most ten times as long and the silent agent found within ${FOUND_WITHIN_SECONDS} s, or the run fails.`.trim();
