// A whole fleet beats at the service for minutes: does every beat land, does nobody die who lives, and what does it take?
import { Agent, request } from 'node:http';
import { loadavg } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { createFleet, fleetId } from './fleet.mjs';
import { cpuSeconds, familyCpuSeconds, machineCpuSeconds, memory } from './processes.mjs';
import { startService } from './service.mjs';
import { median, quantile, table } from './statistics.mjs';
import { lookAtSweep } from './sweep-times.mjs';

const AGENTS = 100_000;
const INTERVAL_SECONDS = 10;
const SECONDS = Number(process.env.BENCH_SECONDS ?? 200);
const BATCH = 1_000;
const BATCHES_A_ROUND = AGENTS / BATCH;
/** Milliseconds from one batch to the next. */
const PACE = (INTERVAL_SECONDS * 1000) / BATCHES_A_ROUND;
const BATCHES = Math.round((SECONDS * 1000) / PACE);
/** `HEARTBEAT_FLUSH_INTERVAL_MS` of the service, by default. */
const FLUSH_MS = 500;
/** How long acknowledged beats may take to get into the table at the end. */
const LANDING_MS = 5_000;
/** The table has found its size by then. */
const SETTLED_SECONDS = Math.min(60, SECONDS / 2);

const BOUNDS = { rss: 400, sweep: 250, hot: 0.95, growth: 1.05 };

/** So that a sweep's transaction can be timed from outside. */
export { settings } from './sweep-times.mjs';

export async function run({ url, directory, broken }) {
  const fleet = await createFleet(url, 'bench_fleet', AGENTS);
  const service = await startService(fleet.url, directory);
  const load = new Load(service.url);
  const observer = await Observer.of(fleet.database, service.pid);
  const loading = load.run();
  const watching = observer.watch(load);
  try {
    await Promise.race([loading, watching]); // it watches for longer, unless the service dies
    const landedAfter = await waitUntilLanded(fleet.database, load);
    await observer.end(watching);
    const outcome = await outcomeOf(fleet.database, load);
    return report({ load, observer, outcome, landedAfter, broken });
  } finally {
    load.isOver = observer.isOver = true;
    await Promise.allSettled([loading, watching]);
    await service.stop();
    await fleet.database.end();
  }
}

/** Batches by a fixed schedule, whatever becomes of the earlier ones; waiting is counted from the schedule on. */
class Load {
  isOver = false;
  latencies = [];
  sent = 0;
  accepted = 0;
  rejected = 0;
  failures = [];
  nextHeartbeatSeconds = new Set();

  constructor(url) {
    this.url = `${url}/agents/heartbeats`;
    this.agent = new Agent({ keepAlive: true });
  }

  async run() {
    this.startedAt = performance.now();
    const answers = [];
    for (let batch = 0; batch < BATCHES && !this.isOver; batch++) {
      const wait = this.scheduledAt(batch) - performance.now();
      if (wait > 0) await delay(wait);
      answers.push(this.send(batch));
    }
    await Promise.all(answers);
    this.endedAt = performance.now();
    this.agent.destroy();
  }

  scheduledAt(batch) {
    return this.startedAt + batch * PACE;
  }

  /** The agents of a batch stand far from each other in the table, as agents do that beat together by chance. */
  bodyOf(batch) {
    const slot = batch % BATCHES_A_ROUND;
    const sequence = sequenceOf(batch);
    const beats = Array.from({ length: BATCH }, (_, row) => {
      const n = 1 + slot + row * BATCHES_A_ROUND;
      const load = (n + sequence * 7) % 80;
      return `{"id":"${fleetId(n)}","health":{"cpu_percent":${load}.5,"memory_percent":${80 - load},"active_connections":${n % 50},"error_count":0,"uptime_seconds":${sequence * INTERVAL_SECONDS},"metrics":{"sequence":${sequence}}}}`;
    });
    return `{"beats":[${beats.join(',')}]}`;
  }

  async send(batch) {
    this.sent += BATCH;
    try {
      const { status, body } = await post(this.url, this.agent, this.bodyOf(batch));
      if (status !== 200) throw new Error(`${status} ${body.slice(0, 200)}`);
      const answer = JSON.parse(body);
      this.accepted += answer.accepted;
      this.rejected += answer.rejected.length;
      this.nextHeartbeatSeconds.add(answer.next_heartbeat_seconds);
      this.latencies.push(performance.now() - this.scheduledAt(batch));
    } catch (error) {
      this.failures.push(error.message);
    }
  }
}

/** How often the agents of a batch have beaten with it: 1, 2, 3 … */
const sequenceOf = (batch) => Math.floor(batch / BATCHES_A_ROUND) + 1;

function post(url, agent, body) {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const outgoing = request(url, { method: 'POST', agent, headers, timeout: 30_000 }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode, body: text })).on('error', reject);
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer within 30 s')));
    outgoing.on('error', reject).end(body);
  });
}

/** Looks at the service and its database from outside. */
class Observer {
  isOver = false;
  rss = [];
  sizes = [];
  sweeps = new Map();

  static async of(database, pid) {
    const observer = new Observer();
    const { rows } = await database.query(`SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int AS pid`);
    Object.assign(observer, { database, pid, postmaster: rows[0].pid, loadBefore: loadavg()[0] });
    observer.before = observer.cpu();
    return observer;
  }

  async watch(load) {
    let told = 0;
    for (let second = 1; !this.isOver; second++) {
      await delay(Math.max(load.startedAt + second * 1000 - performance.now(), 0));
      this.rss.push(memory(this.pid).now);
      await lookAtSweep(this.database, this.sweeps);
      if (second % 10 !== 0) continue;
      await this.measureSizes(second);
      const { tableMb, indexMb } = this.sizes.at(-1);
      const latest = load.latencies.slice(told);
      told = load.latencies.length;
      console.error(
        `${second} s: ${load.accepted} of ${load.sent} accepted, ${load.rejected} rejected, ${load.failures.length} failed; ` +
          `batch ${ms(median(latest))} / p99 ${ms(quantile(latest, 0.99))} ms; RSS ${this.rss.at(-1) | 0} MB; ` +
          `sweep ${ms([...this.sweeps.values()].at(-1))} ms; table ${tableMb | 0} + ${indexMb | 0} MB; load average ${loadavg()[0]}`,
      );
    }
  }

  async end(watching) {
    this.isOver = true;
    await watching;
    await this.measureSizes(SECONDS);
    this.peakRss = memory(this.pid).peak;
    this.loadAfter = loadavg()[0];
    const after = this.cpu();
    this.used = Object.fromEntries(Object.entries(after).map(([name, seconds]) => [name, seconds - this.before[name]]));
    this.used.others = this.used.busy - this.used.service - this.used.postgres - this.used.generator;
  }

  cpu() {
    const { user, system } = process.cpuUsage();
    return {
      service: cpuSeconds(this.pid),
      postgres: familyCpuSeconds(this.postmaster),
      generator: (user + system) / 1e6,
      ...machineCpuSeconds(),
    };
  }

  async measureSizes(second) {
    const { rows } = await this.database.query(`
      SELECT pg_table_size('agents') / 1e6::float8 AS "tableMb", pg_indexes_size('agents') / 1e6::float8 AS "indexMb",
             pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 AS wal,
             n_tup_upd::float8 AS updates, n_tup_hot_upd::float8 AS hot
        FROM pg_stat_user_tables WHERE relname = 'agents'`);
    this.sizes.push({ second, ...rows[0] });
  }
}

/** Agents whose last beat is not in the table: its number is not the last that was sent, or it is older than the last round. */
const NOT_LANDED = `
  SELECT count(*) FILTER (WHERE (health->'metrics'->>'sequence')::int IS DISTINCT FROM
                                ($1::int - 1 - ((metadata->>'serial')::int - 1) % $2::int) / $2::int + 1)::int AS "wrongSequence",
         count(*) FILTER (WHERE last_seen IS NULL OR last_seen < now() - $3::float8 * interval '1 ms')::int AS late
    FROM agents`;

async function notLanded(database, load) {
  const lastRound = performance.now() - load.scheduledAt(BATCHES - BATCHES_A_ROUND);
  const { rows } = await database.query(NOT_LANDED, [BATCHES, BATCHES_A_ROUND, lastRound + FLUSH_MS]);
  return rows[0];
}

/** Milliseconds from the last answer until everything was in the table, to within one look at it. */
async function waitUntilLanded(database, load) {
  for (;;) {
    const { wrongSequence } = await notLanded(database, load);
    const waited = performance.now() - load.endedAt;
    if (wrongSequence === 0 || waited > LANDING_MS) return waited;
    await delay(50);
  }
}

async function outcomeOf(database, load) {
  const { rows: statuses } = await database.query(`SELECT status, count(*)::int AS agents FROM agents GROUP BY 1`);
  const { rows } = await database.query(`
    SELECT (SELECT count(*)::int FROM agent_events WHERE to_status IN ('unhealthy', 'inactive')) AS deaths,
           (SELECT count(*)::int FROM agent_events WHERE from_status = 'inactive' AND to_status = 'active') AS revivals,
           autovacuum_count::int AS vacuums, autoanalyze_count::int AS analyses
      FROM pg_stat_user_tables WHERE relname = 'agents'`);
  const counts = Object.fromEntries(statuses.map(({ status, agents }) => [status, agents]));
  return { ...rows[0], counts, ...(await notLanded(database, load)) };
}

function report({ load, observer, outcome, landedAfter, broken }) {
  const sweeps = [...observer.sweeps.values()];
  const sizes = observer.sizes;
  const settled = sizes.find(({ second }) => second >= SETTLED_SECONDS);
  const end = sizes.at(-1);
  const { used } = observer;
  const rows = [];
  /** One line of the table; `isMet`, where there is a bound, says whether it is. */
  const line = (what, measured, bound = '', isMet = true) => {
    rows.push([what, measured, isMet ? bound : `**broken:** ${bound}`]);
    if (!isMet) broken.push(`${what}: ${measured} (${bound})`);
  };

  const lost = load.sent - load.accepted;
  const answers = `${count(load.sent)} / ${count(load.accepted)} / ${count(load.rejected)}`;
  line('beats sent / accepted / rejected', answers, 'all accepted', lost === 0);
  line('batches without a 200', count(load.failures.length), 'none', load.failures.length === 0);
  const missing = `${count(outcome.wrongSequence)} / ${count(outcome.late)}`;
  const isLanded = outcome.wrongSequence === 0 && outcome.late === 0;
  line('agents whose last beat is not in the table / whose `last_seen` is too old', missing, 'none', isLanded);
  line('everything in the table after the last answer, ms', ms(landedAfter));
  line('false deaths (events to unhealthy or inactive)', count(outcome.deaths), 'none', outcome.deaths === 0);
  line('revived by their first beat', count(outcome.revivals));
  line('batch, median / p99 / max, ms', [0.5, 0.99, 1].map((share) => ms(quantile(load.latencies, share))).join(' / '));
  line('told to beat again after, s', [...load.nextHeartbeatSeconds].join(', '));
  const rss = `${Math.round(median(observer.rss))} / ${Math.round(Math.max(...observer.rss))} / ${Math.round(observer.peakRss)}`;
  line('RSS, median / max of samples / peak, MB', rss, `< ${BOUNDS.rss}`, observer.peakRss < BOUNDS.rss);
  const worst = Math.max(...sweeps);
  const over = sweeps.filter((duration) => duration >= BOUNDS.sweep).length;
  const durations = `${ms(median(sweeps))} / ${ms(quantile(sweeps, 0.95))} / ${ms(worst)} (${over} of ${sweeps.length} over)`;
  line('sweep, median / p95 / max, ms', durations, `< ${BOUNDS.sweep}`, worst < BOUNDS.sweep);
  const hot = (end.hot - settled.hot) / (end.updates - settled.updates);
  line(`HOT share of updates, from ${settled.second} s on`, percent(hot), '> 95 %', hot > BOUNDS.hot);
  line('HOT share of updates, from the first on (rows grow by their first report)', percent(end.hot / end.updates));
  for (const [what, key] of [
    ['table', 'tableMb'],
    ['indexes', 'indexMb'],
  ]) {
    const isFlat = end[key] <= settled[key] * BOUNDS.growth;
    const course = `${sizes[0][key].toFixed(1)} / ${settled[key].toFixed(1)} / ${end[key].toFixed(1)}`;
    line(`${what}, MB, at ${sizes[0].second} s / ${settled.second} s / the end`, course, 'flat (≤ 5 %)', isFlat);
  }
  line('autovacuums / automatic analyses of the table', `${count(outcome.vacuums)} / ${count(outcome.analyses)}`);
  const wal = (end.wal - settled.wal) / (end.updates - settled.updates);
  line(`WAL for a beat, from ${settled.second} s on, bytes`, count(wal));
  const perSecond = (seconds) => `${seconds.toFixed(0)} s (${((100 * seconds) / SECONDS).toFixed(0)} % of a core)`;
  line('CPU: service', perSecond(used.service));
  line('CPU: PostgreSQL', perSecond(used.postgres));
  line('CPU: load generator', perSecond(used.generator));
  line('CPU: everybody else on the machine', perSecond(used.others));
  line('CPU: kept by the host (steal)', perSecond(used.stolen));
  line('load average before / after', `${observer.loadBefore.toFixed(1)} / ${observer.loadAfter.toFixed(1)}`);

  return `${INTRODUCTION}\n\n${table(['what', 'measured', 'bound'], rows)}`;
}

const count = (value) => value.toLocaleString('en');
const percent = (share) => `${(share * 100).toFixed(2)} %`;
const ms = (value) => value?.toFixed(1) ?? '–';

const INTRODUCTION = `
${count(AGENTS)} agents at an interval of ${INTERVAL_SECONDS} s for ${SECONDS} s: every ${PACE} ms ${count(BATCH)} beats with health reports
through \`POST /agents/heartbeats\`, by a fixed schedule (an open loop). A batch's time counts from the moment it was due. The service runs
as a process with its defaults, PostgreSQL with durable commits. The fleet is that of \`fleet.sql\` as it is: 2 % inactive, which
their first beat revives, and some in maintenance, which beat and stay so. A beat has landed when the number that it carries in
\`health.metrics\` is in the table. A sweep's time is that of its real transaction from begin to commit, as PostgreSQL tells.`.trim();
