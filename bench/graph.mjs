// What the graph of dependencies takes: a fleet in which each agent depends on three others, through the whole of the service.
import { setTimeout as delay } from 'node:timers/promises';
import { createFleet } from './fleet.mjs';
import { memory } from './processes.mjs';
import { startService } from './service.mjs';
import { median, quantile, table } from './statistics.mjs';

const FULL = { agents: 10_000, questions: 50, changes: 30 };
const QUICK = { agents: 1_000, questions: 5, changes: 3 };
/** Milliseconds, but for `rebuild`: seconds. */
const MOST = { graph: 1_000, impact: 50, change: 250, rebuild: 2 };

/** Each agent needs the three whose numbers are its own divided by two, three and five: shallow paths and popular agents, no circle. */
const DEPEND = `
  UPDATE agents SET depends_on = (
    SELECT jsonb_agg(jsonb_build_object('agent', 'fleet-' || lpad((1 + n / k)::text, 8, '0'), 'required', k <> 5, 'min', 1))
      FROM unnest(ARRAY[2, 3, 5]) AS k), status = 'active'
    FROM (SELECT id AS own, substr(id, 7)::int AS n FROM agents) AS numbered WHERE own = id AND n > 10`;

export async function run({ url, directory, quick, broken }) {
  const extent = quick ? QUICK : FULL;
  const fleet = await createFleet(url, 'bench_graph', extent.agents);
  const settings = { HEARTBEAT_TIMEOUT_SECONDS: '86400', RATE_LIMIT_REQUESTS_PER_SECOND: '0' };
  const plain = await startService(fleet.url, directory, settings);
  const memoryWithout = memory(plain.pid).now;
  await plain.stop();
  await fleet.database.query(DEPEND);
  await fleet.database.query('VACUUM ANALYZE agents');
  const service = await startService(fleet.url, directory, settings);
  try {
    const ask = asker(service.url);
    const { edges } = await ask('/graph');
    const rebuild = Number(
      /^graph_rebuild_seconds (\S+)/m.exec(await (await fetch(`${service.url}/metrics`)).text())[1],
    );
    const memoryWith = memory(service.pid).now;
    const figures = {
      graph: await timesOf(extent.questions, () => ask('/graph')),
      impact: await timesOf(extent.questions, (n) => ask(`/agents/${idOf(11 + n)}/impact`)),
      dependencies: await timesOf(extent.questions, (n) =>
        ask(`/agents/${idOf(extent.agents - n)}/dependencies?depth=4`),
      ),
      change: await changesOf(extent, service.url, ask),
    };
    if (!quick) {
      for (const name of ['graph', 'impact', 'change'])
        if (median(figures[name]) > MOST[name])
          broken.push(`graph: ${name} takes ${median(figures[name]).toFixed(0)} ms`);
      if (rebuild > MOST.rebuild) broken.push(`graph: a rebuild takes ${rebuild.toFixed(1)} s`);
    }
    const rows = [
      row('the graph, 5,000 agents in one answer', figures.graph, MOST.graph),
      row('impact of one agent', figures.impact, MOST.impact),
      row('dependencies, four steps', figures.dependencies),
      row('from a change to the answer that has it', figures.change, MOST.change),
    ];
    return [
      `${extent.agents.toLocaleString('en')} agents, ${extent.agents * 3 - 30} dependencies (${edges.length} edges in the first answer).`,
      table(['what', 'median, ms', 'p95, ms', 'promised, ms'], rows),
      `Made of the agents at the start in ${rebuild.toFixed(2)} s (promised: ${MOST.rebuild} s). The process takes ${memoryWith.toFixed(0)} MB with the graph, ${memoryWithout.toFixed(0)} MB just after a start without one.`,
    ].join('\n\n');
  } finally {
    await service.stop();
    await fleet.database.end();
  }
}

const idOf = (n) => `fleet-${String(n).padStart(8, '0')}`;

const row = (name, times, promised) => [
  name,
  median(times).toFixed(1),
  quantile(times, 0.95).toFixed(1),
  promised === undefined ? '' : String(promised),
];

function asker(base) {
  return async (path) => {
    const answer = await fetch(base + path);
    if (!answer.ok) throw new Error(`${answer.status} ${path}`);
    return answer.json();
  };
}

async function timesOf(count, ask) {
  await ask(0);
  const times = [];
  for (let n = 0; n < count; n++) {
    const began = performance.now();
    await ask(n);
    times.push(performance.now() - began);
  }
  return times;
}

/** Takes an agent out and back, and looks until its dependents are unavailable, and available again. */
async function changesOf({ changes, agents }, base, ask) {
  const dependent = idOf(agents);
  const provider = idOf(1 + Math.floor(agents / 2));
  const times = [];
  for (let n = 0; n < changes; n++) {
    for (const status of ['maintenance', 'active']) {
      const answer = await fetch(`${base}/agents/${provider}/status`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ status }),
      });
      if (!answer.ok) throw new Error(`${answer.status} of a change to ${status}`);
      const began = performance.now();
      while ((await ask(`/agents/${dependent}`)).available !== (status === 'active')) await delay(2);
      times.push(performance.now() - began);
    }
  }
  return times;
}
