// Where the CPU time of the service goes, for what fleets ask of it: tables here, and profiles to open as flame graphs.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensurePrograms } from '../scripts/lib/programs.mjs';
import { QUIET } from './contenders.mjs';
import { createFleet } from './fleet.mjs';
import { peak } from './load/peak.mjs';
import { batches, discoveries, heartbeats, listPages, reads, registration, spread } from './load/requests.mjs';
import { inspectable, profileOf, timesOf } from './profiler.mjs';
import { count } from './report.mjs';
import { startService } from './service.mjs';
import { table } from './statistics.mjs';

const PROFILES = fileURLToPath(new URL('profiles', import.meta.url));
const FULL = { agents: 100_000, busy: 20_000, few: 1_000, seconds: 6, warmUp: 4 };
const QUICK = { agents: 10_000, busy: 2_000, few: 500, seconds: 1, warmUp: 1 };
const MOST_ORIGINS = 8;
const MOST_FUNCTIONS = 6;

/** Each gives the requests of a run, and how many agents or beats are in one. */
const OPERATIONS = {
  heartbeat: ({ url, ids, round }) => heartbeats(url, ids, round),
  batch: ({ url, ids, round }) => batches(url, ids, round),
  'read by id': ({ url, few }) => reads(url, few),
  register: ({ url }) => [registration(url)],
  'list page of 100': ({ url }) => listPages(url),
  'discover by capability': ({ url }) => discoveries(url),
};
/** Beats in one request of `batch`. */
const BEATS = 1_000;

export async function run({ url, directory, quick }) {
  ensurePrograms(['wrk']);
  const extent = quick ? QUICK : FULL;
  const fleet = await createFleet(url, 'bench_profiles', extent.agents);
  const { settings, origin } = await inspectable();
  const service = await startService(fleet.url, directory, { ...QUIET, ...settings });
  const ids = spread(extent.agents, extent.busy);
  const few = spread(extent.agents, extent.few);
  const sections = [];
  try {
    await mkdir(PROFILES, { recursive: true });
    let round = 4_000_000;
    for (const [operation, requestsOf] of Object.entries(OPERATIONS)) {
      const load = (seconds) =>
        peak({
          url: service.url,
          directory,
          seconds,
          requests: requestsOf({ url: service.url, ids, few, round: ++round }),
        });
      await load(extent.warmUp);
      let answers = 0;
      const profile = await profileOf(origin, async () => ({ answers } = await load(extent.seconds)));
      await writeFile(join(PROFILES, `${operation.replaceAll(' ', '-')}.cpuprofile`), JSON.stringify(profile));
      sections.push(sectionOf(operation, answers, timesOf(profile)));
      console.log(`${new Date().toISOString().slice(11, 19)}  ${operation}`);
    }
  } finally {
    await service.stop();
    await fleet.database.end();
  }
  return `${introduction(extent)}\n\n${sections.join('\n\n')}`;
}

function sectionOf(operation, answers, { total, origins, functions }) {
  const share = (microseconds) => `${((microseconds / total) * 100).toFixed(1)} %`;
  const each = total / answers;
  const largest = (sums, most) => [...sums].sort((a, b) => b[1] - a[1]).slice(0, most);
  const perBeat = operation === 'batch' ? ` (${(each / BEATS).toFixed(1)} µs a beat)` : '';
  const rows = largest(origins, MOST_ORIGINS).map(([name, time]) => [name, share(time), (time / answers).toFixed(1)]);
  const top = largest(functions, MOST_FUNCTIONS).map(([name, time]) => `\`${name}\` ${share(time)}`);
  return [
    `### ${operation}`,
    `${count(each)} µs of the main thread for each request${perBeat}.`,
    table(['where', 'share', 'µs a request'], rows),
    `Functions: ${top.join(', ')}.`,
  ].join('\n\n');
}

const introduction = ({ agents, busy, few, seconds }) =>
  `
The main thread of the service under the peak load of wrk (64 connections) for ${seconds} s each, sampled every 0.5 ms (which costs something itself, so these are
shares and no rates); time in which it had nothing to do is left out. ${count(agents)} agents; ${count(busy)} of them beat, ${count(few)} are read. The profiles are in \`bench/profiles/\`
after a run, not in the repository: Chrome's developer tools and speedscope show them as flame graphs.`.trim();
