// This build beside that of another commit (`--against COMMIT`), both with access control on: does speed erode?
import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { npm } from '../scripts/lib/prepare.mjs';
import { ensurePrograms } from '../scripts/lib/programs.mjs';
import { alternating } from './alternating.mjs';
import { QUIET } from './contenders.mjs';
import { peak } from './load/peak.mjs';
import { heartbeats, reads, registration, spread } from './load/requests.mjs';
import { cpuSeconds } from './processes.mjs';
import { count } from './report.mjs';
import { median, quantile, table } from './statistics.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FULL = { agents: 20_000, busy: 10_000, turns: 16, seconds: 4, warmUp: 5 };
const QUICK = { agents: 2_000, busy: 1_000, turns: 2, seconds: 1, warmUp: 1 };

const OPERATIONS = {
  heartbeat: ({ url, ids, round }) => heartbeats(url, ids, round),
  'read by id': ({ url, ids }) => reads(url, ids.slice(0, 1_000)),
  registration: ({ url }) => [registration(url)],
};

export async function run({ url, directory, quick, against = 'HEAD', broken }) {
  ensurePrograms(['wrk']);
  const extent = quick ? QUICK : FULL;
  const commit = git('rev-parse', '--short', against);
  const other = join(directory, 'build');
  git('worktree', 'add', '--detach', other, commit);
  const builds = [];
  try {
    npm(['ci', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: other, quiet: true });
    npm(['run', '--silent', 'build'], { cwd: other, quiet: true });
    builds.push(await startBuild(ROOT, 'bench_builds_this', url, directory, extent));
    builds.push(await startBuild(other, 'bench_builds_other', url, directory, extent));
    const rows = [];
    for (const [operation, requestsOf] of Object.entries(OPERATIONS)) {
      const row = await compare(operation, requestsOf, builds, directory, extent);
      console.log(`${new Date().toISOString().slice(11, 19)}  ${row.join('  ')}`);
      rows.push(row);
    }
    return `${introduction(commit, extent)}\n\n${table(HEAD, rows)}`;
  } catch (error) {
    broken.push(`builds: ${error.message}`);
    throw error;
  } finally {
    for (const { service, fleet } of builds) {
      await service.stop();
      await fleet.database.end();
    }
    git('worktree', 'remove', '--force', other);
  }
}

const HEAD = ['operation', 'requests/s', 'ratio', 'quartiles', 'CPU µs a request', 'ratio', 'quartiles'];

async function compare(operation, requestsOf, builds, directory, { turns, seconds, warmUp }) {
  let round = 0;
  const measure = async ({ service, ids, token }, duration = seconds) => {
    const requests = requestsOf({ url: service.url, ids, round: ++round }).map((request) =>
      request.replace('\r\n', `\r\nAuthorization: Bearer ${token}\r\n`),
    );
    const before = cpuSeconds(service.pid);
    const { rate, answers } = await peak({ url: service.url, directory, seconds: duration, requests });
    return { rate, cost: ((cpuSeconds(service.pid) - before) / answers) * 1e6 };
  };
  for (const build of builds) await measure(build, warmUp);
  const results = await alternating(turns, builds, measure);
  const [mine, others] = builds.map((build) => results.get(build));
  // Of the two that were measured one after the other; by CPU, as by rate, more is better.
  const rates = mine.map(({ rate }, turn) => rate / others[turn].rate);
  const costs = mine.map(({ cost }, turn) => others[turn].cost / cost);
  const medianOf = (figure) => median(mine.map((each) => each[figure]));
  return [operation, count(medianOf('rate')), ...ratio(rates), medianOf('cost').toFixed(1), ...ratio(costs)];
}

const ratio = (values) => [
  median(values).toFixed(3),
  `${quantile(values, 0.25).toFixed(3)}–${quantile(values, 0.75).toFixed(3)}`,
];

/** A build with a database that it has made itself. */
async function startBuild(root, name, url, directory, { agents, busy }) {
  const load = (path) => import(pathToFileURL(join(root, path)).href);
  const { createFleet } = await load('bench/fleet.mjs');
  const { startService } = await load('bench/service.mjs');
  const fleet = await createFleet(url, name, agents);
  const token = randomBytes(24).toString('base64url');
  const sha256 = createHash('sha256').update(token).digest('hex');
  const service = await startService(fleet.url, directory, {
    ...QUIET,
    RATE_LIMIT_REQUESTS_PER_SECOND: '0',
    AUTH_MODE: 'token',
    AUTH_TOKENS: JSON.stringify([{ name: 'bench', sha256, scopes: ['admin'] }]),
  });
  return { service, fleet, token, ids: spread(agents, busy) };
}

function git(...args) {
  const { status, stdout, stderr } = spawnSync('git', args, { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
  return stdout.trim();
}

const introduction = (commit, { agents, turns, seconds }) =>
  `
This build and that of commit ${commit}, each with ${count(agents)} agents and an \`admin\` token and without rate limits, under the peak load of wrk (64 connections): ${turns} turns of ${seconds} s,
alternating. A ratio is the median over the turns of this build to the other, so that below 1 this build is slower; CPU is that of the service's process,
which the load generator beside it disturbs less than the rate.`.trim();
