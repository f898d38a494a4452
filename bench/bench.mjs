// npm run bench [-- NAME … --quick --peer name=url]: runs the benchmarks, all or those named, on servers of their own and on
// Node 24, and writes what they measured to bench/RESULTS.md. --quick: a short run that shows that everything works, and is not
// written. --peer: another server that speaks the contract, for `peers`. --against COMMIT: what `builds`, which runs only when
// it is named, compares with.
import { cpus, totalmem } from 'node:os';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { ensureBuilt, ensureInstalled } from '../scripts/lib/prepare.mjs';
import { continueOnLts, ownNode } from './runtimes.mjs';

await ensureInstalled();
await ensureBuilt();
await continueOnLts();
const require = createRequire(import.meta.url);
const { EmbeddedPostgres } = require('../dist/platform/database/embedded/embedded-postgres.js');

const BENCHMARKS = {
  reads: './reads.mjs',
  filters: './filters.mjs',
  cache: './cache.mjs',
  'hot-updates': './hot-updates.mjs',
  fleet: './fleet-heartbeats.mjs',
  streams: './streams.mjs',
  graph: './graph.mjs',
  attack: './attack.mjs',
  'hanging-court': './hanging-court.mjs',
  peers: './peers.mjs',
  scale: './scale.mjs',
  profiles: './profiles.mjs',
  builds: './builds.mjs',
};
/** Those that need to be told something. */
const ONLY_WHEN_NAMED = new Set(['builds']);
const RESULTS = new URL('RESULTS.md', import.meta.url);

const { values: options, positionals: asked } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    peer: { type: 'string', multiple: true, default: [] },
    against: { type: 'string' },
  },
});
const peers = Object.fromEntries(options.peer.map(nameAndUrl));
if (options.quick) process.env.BENCH_SECONDS ??= '20';
const unknown = asked.filter((name) => !(name in BENCHMARKS));
if (unknown.length > 0) {
  console.error(`no such benchmark: ${unknown.join(', ')} (there are ${Object.keys(BENCHMARKS).join(', ')})`);
  process.exit(1);
}

const measured = new Map();
/** What a benchmark found that must not be. */
const broken = [];
const usual = Object.keys(BENCHMARKS).filter((name) => !ONLY_WHEN_NAMED.has(name));
for (const name of asked.length > 0 ? asked : usual) {
  console.log(`\n# ${name}`);
  const benchmark = await import(BENCHMARKS[name]);
  const report = await onServerOfItsOwn(benchmark);
  const programs = benchmark.programs?.() ?? [];
  console.log(report);
  measured.set(name, `${report}\n\n${circumstances(programs)}`);
}
if (options.quick)
  console.log('\nA QUICK run: too short to tell anything but that it works, and not written to RESULTS.md.');
else await writeResults();

for (const each of broken) console.error(`broken: ${each}`);
process.exitCode = broken.length > 0 ? 1 : 0;

async function onServerOfItsOwn({ run, settings = {} }) {
  const directory = await mkdtemp(join(tmpdir(), 'agent-registry-bench-'));
  await chmod(directory, 0o755); // PostgreSQL runs under another account when we are root
  const server = await EmbeddedPostgres.start({ directory, settings, log: () => undefined });
  try {
    const { quick, against } = options;
    return await run({ url: server.superuserUrl, directory, broken, quick, against, peers, ownNode: ownNode() });
  } finally {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

async function writeResults() {
  // Read only now: another run may have written its own meanwhile.
  const sections = new Map([...(await earlierSections()), ...measured]);
  const parts = [...sections].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, text]) => `## ${name}\n\n${text}`);
  await writeFile(
    RESULTS,
    `# Results\n\nWritten by \`npm run bench\`. Compare within one section only: each was measured in one run.\n\n${parts.join('\n\n')}\n`,
  );
}

function nameAndUrl(peer) {
  const [name, url] = [peer.slice(0, peer.indexOf('=')), peer.slice(peer.indexOf('=') + 1)];
  if (!name || !URL.canParse(url)) throw new Error(`--peer ${peer}: must be name=url`);
  return [name, url.replace(/\/$/, '')];
}

/** A run of some benchmarks leaves the results of the others as they are. */
async function earlierSections() {
  const text = await readFile(RESULTS, 'utf8').catch(() => '');
  const found = text
    .split(/^## /m)
    .slice(1)
    .map((section) => [section.split('\n', 1)[0], section.slice(section.indexOf('\n')).trim()]);
  return new Map(found);
}

function circumstances(programs) {
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB`;
  return `_${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, embedded PostgreSQL 18, ${[...programs, machine].join(', ')}, load generator on the same machine._`;
}
