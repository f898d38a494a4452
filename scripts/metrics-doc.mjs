// npm run metrics-doc: writes docs/metrics.md from what the modules define. With --check it only says whether the committed one is still true.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ensureBuilt, ensureInstalled } from './lib/prepare.mjs';

const FILE = fileURLToPath(new URL('../docs/metrics.md', import.meta.url));

await ensureInstalled();
await ensureBuilt();
await import('../dist/app.module.js'); // defines them all
const { definedMetrics } = await import('../dist/platform/observability/metric-definitions.js');
const { DURATION_BOUNDS } = await import('../dist/platform/observability/histogram.js');
const rows = definedMetrics().map(({ name, type, labels, help }) => {
  return `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`;
});
const current = `# Metrics

Made by \`npm run metrics-doc\` from what the modules define (\`defineMetrics\`); do not edit.

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
