import { setImmediate as turn } from 'node:timers/promises';
import type { Sample } from '../platform/observability/instruments';
import { defineMetrics } from '../platform/observability/metric-definitions';

const METRICS = defineMetrics({
  agent_health: {
    type: 'gauge',
    help: '1 when the health status of the agent is healthy, else 0. Left out altogether above METRICS_MAX_AGENT_SERIES agents, and while the database is away.',
    labels: ['agent_id', 'name'],
  },
});

/** Types of agents are their owners' words: that many get series of their own. */
const MOST_TYPES = 100;
const LINES_A_TURN = 1000;

/** `active_agents`, given the counts with the most frequent first. */
export function activeAgents(counts: { type: string; status: string; count: number }[]): Sample[] {
  const types = new Set<string>();
  const totals = new Map<string, { labels: { type: string; status: string }; count: number }>();
  for (const { type, status, count } of counts) {
    if (types.size < MOST_TYPES) types.add(type);
    const labels = { type: types.has(type) ? type : 'other', status };
    const key = JSON.stringify(labels);
    const total = totals.get(key);
    if (total) total.count += count;
    else totals.set(key, { labels, count });
  }
  return [...totals.values()].map(({ labels, count }) => [labels, count]);
}

/** `agent_health` in Prometheus's text format, written with pauses: thousands of lines must not hold up any request. */
export async function agentHealthText(agents: { id: string; name: string; isHealthy: boolean }[]): Promise<string> {
  const { help, type } = METRICS.agent_health;
  let text = `# HELP agent_health ${help}\n# TYPE agent_health ${type}\n`;
  for (const [index, { id, name, isHealthy }] of agents.entries()) {
    if (index % LINES_A_TURN === LINES_A_TURN - 1) await turn();
    text += `agent_health{agent_id="${escaped(id)}",name="${escaped(name)}"} ${isHealthy ? 1 : 0}\n`;
  }
  return text;
}

function escaped(value: string): string {
  return /[\\\n"]/.test(value) ? value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"') : value;
}
