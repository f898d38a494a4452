// npm run metrics-doc: writes docs/metrics.md from the catalog. With --check it only says whether the committed one is still true.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ensureBuilt, ensureInstalled } from './lib/prepare.mjs';

const FILE = fileURLToPath(new URL('../docs/metrics.md', import.meta.url));

await ensureInstalled();
await ensureBuilt();
const { METRICS } = await import('../dist/metrics/metrics.catalog.js');
const { DURATION_BOUNDS } = await import('../dist/platform/observability/duration-tally.js');
const rows = Object.entries(METRICS).map(([name, { type, labels, help }]) => {
  return `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`;
});
const current = `# Metrics

Made from \`src/metrics/metrics.catalog.ts\` by \`npm run metrics-doc\`; do not edit.

\`GET /metrics\` answers in Prometheus's text format. Counters are of the replica that answers (of all its workers): sum them over the replicas. What is asked
of the database (\`agent_health\`, \`agent_health_series_omitted\`, \`active_agents\`) is the same on every replica: take the \`max\`. It is at
most five seconds old.

| name | type | labels | meaning |
| --- | --- | --- | --- |
${rows.join('\n')}

The buckets of all histograms end at ${DURATION_BOUNDS.join(', ')} s. Besides, there are the default metrics of prom-client
about the process (\`process_…\`) and about Node.js (\`nodejs_…\`).
`;

if (!process.argv.includes('--check')) {
  writeFileSync(FILE, current);
} else if (committed() !== current) {
  console.error('docs/metrics.md is stale: run npm run metrics-doc and commit it.');
  process.exitCode = 1;
}

function committed() {
  try {
    return readFileSync(FILE, 'utf8');
  } catch {
    return '';
  }
}
