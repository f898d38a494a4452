// The service against its limits (bare node:http, bare SQL), its own plain lane and etcd, in one run and in turns.
import { spawnSync } from 'node:child_process';
import { ensurePrograms } from '../scripts/lib/programs.mjs';
import { Contenders, PLAIN, SERVICE } from './contenders.mjs';
import { createFleet } from './fleet.mjs';
import { spread } from './load/requests.mjs';
import { count } from './report.mjs';
import { footprint } from './scenarios/footprint.mjs';
import { discover, list, listOfChanging } from './scenarios/pages.mjs';
import { heartbeats, mixed, reads } from './scenarios/rates.mjs';
import { LAST_SEEN, sweep } from './scenarios/sweep.mjs';
import { batch, register } from './scenarios/writes.mjs';
import { listOf, targets } from './targets.mjs';

export { settings } from './sweep-times.mjs';

/** The versions of what else took part. */
export const programs = () => [versionOf('wrk', '-v'), versionOf('etcd', '--version')];

/** Of the rates: seconds a turn; those on the machine's own Node are for comparison only and take less. */
const FULL = {
  repetitions: 3,
  seconds: 7,
  ownSeconds: 3,
  warmUp: 2,
  fleet: 100_000,
  beating: 20_000,
  few: 1_000,
  batch: 200_000,
  fleets: [1_000, 100_000, 1_000_000],
  pageRequests: 200,
  sweepSeconds: 22,
};
const QUICK = {
  repetitions: 1,
  seconds: 1,
  ownSeconds: 1,
  warmUp: 1,
  fleet: 10_000,
  beating: 2_000,
  few: 500,
  batch: 20_000,
  fleets: [1_000, 10_000],
  pageRequests: 30,
  sweepSeconds: 7,
};

export async function run({ url, directory, broken, quick, peers, ownNode }) {
  ensurePrograms(['wrk', 'etcd-server']);
  const extent = quick ? QUICK : FULL;
  const common = { url, directory, broken, own: ownNode, extent };
  const sections = [];
  const figures = { extent, discover: new Map() };
  const tell = (title, { text }) => {
    console.log(`${new Date().toISOString().slice(11, 19)}  ${title}`);
    sections.push(`### ${title}\n\n${text}`);
  };

  await ratesOf(common, peers, figures, tell);
  await batchesOf(common, figures, tell);
  for (const agents of extent.fleets) await discoveriesOf(common, agents, figures, tell);

  const promised = `### Targets\n\n${listOf(targets(figures))}`;
  return [introduction(extent, ownNode), promised, ...sections].join('\n\n');
}

/** Everything over HTTP with a fleet of the usual size. */
async function ratesOf(common, peers, figures, tell) {
  const { url, directory, own, extent } = common;
  const fleet = await createFleet(url, 'bench_peers', extent.fleet);
  const contenders = new Contenders();
  const ids = spread(extent.fleet, extent.beating);
  try {
    const alone = { ...common, fleet, database: fleet.database };
    const resources = await footprint(alone, spread(extent.fleet, extent.fleet));
    figures.footprint = resources.figures;
    tell('Starting, and memory', resources);

    await contenders.startServices(fleet, directory, [SERVICE, PLAIN], own);
    await contenders.startBare(extent.fleet, own);
    await contenders.startEtcd(directory, ids);
    await contenders.addPeers(peers, ids);
    // The limit comes first: ratios are to it.
    const isLimit = ({ kind }) => Number(kind === 'bare');
    const stage = { ...alone, contenders: contenders.all.toSorted((a, b) => isLimit(b) - isLimit(a)) };
    const scenarios = {
      list: ['List page', () => list(stage)],
      listOfChanging: ['List page, with a change before each', () => listOfChanging(stage)],
      heartbeats: ['Heartbeat', () => heartbeats(stage, ids)],
      readsOfFew: ['Read by id, few agents', () => reads(stage, spread(extent.fleet, extent.few))],
      reads: ['Read by id, many agents', () => reads(stage, ids)],
      mixed: ['Mixed fleet', () => mixed(stage, ids)],
      register: ['Register', () => register(stage)],
    };
    for (const [name, [title, measure]] of Object.entries(scenarios)) {
      const outcome = await measure();
      figures[name] = outcome.figures;
      tell(title, outcome);
    }
  } finally {
    await contenders.stop();
    await fleet.database.end();
  }
}

/** Batches have a fleet of their own, large enough that writing it takes several flushes. */
async function batchesOf(common, figures, tell) {
  const { url, directory, own, extent } = common;
  const fleet = await createFleet(url, 'bench_batch', extent.batch);
  const contenders = new Contenders();
  try {
    await contenders.startServices(fleet, directory, [SERVICE], own);
    const stage = { ...common, database: fleet.database, contenders: contenders.all };
    const outcome = await batch(stage, spread(extent.batch, extent.batch));
    figures.batch = outcome.figures;
    tell('Batches', outcome);
  } finally {
    await contenders.stop();
    await fleet.database.end();
  }
}

async function discoveriesOf(common, agents, figures, tell) {
  const { url, directory, own, extent } = common;
  const fleet = await createFleet(url, `bench_discover_${agents}`, agents, [LAST_SEEN]);
  const contenders = new Contenders();
  try {
    await contenders.startServices(fleet, directory, [SERVICE], own);
    const stage = { ...common, database: fleet.database, contenders: contenders.all };
    const found = await discover(stage);
    figures.discover.set(agents, found.figures);
    tell(`Discover by capability out of ${count(agents)}`, found);
    if (agents !== extent.fleets.at(-1)) return;
    const swept = await sweep(stage, contenders.all[0], spread(agents, extent.beating));
    figures.sweep = swept.figures;
    tell(`Sweep over ${count(agents)} agents`, swept);
  } finally {
    await contenders.stop();
    await fleet.database.end();
  }
}

/** The name and the number in the first line of what a program says of itself. */
function versionOf(program, option) {
  const { stdout } = spawnSync(program, [option], { encoding: 'utf8' });
  return `${program} ${/\d+(\.\d+)+/.exec(stdout)?.[0] ?? '(unknown version)'}`;
}

const introduction = ({ repetitions, seconds, ownSeconds, warmUp, fleet }, own) =>
  `
${count(fleet)} agents where nothing else is said. All contenders stand side by side; they are measured in turns, ${repetitions} of ${seconds} s each
${own ? `(on the machine's own Node ${own.version}: ${ownSeconds} s) ` : ''}after ${warmUp} s of warming up, one process each. Peak rates: wrk, one thread, 64 connections. Waiting:
requests by a fixed schedule, whatever becomes of the earlier ones, each one's time counted from when it was due, so with the up to
1 ms of the generator's own timer. PostgreSQL and etcd with durable commits. Ratios are to the first row.`.trim();
