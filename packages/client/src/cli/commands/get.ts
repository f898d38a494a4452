import type { Agent, AgentSkill } from '../../types.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import type { Output } from '../output.js';
import type { Cell } from '../table.js';

export const get: Command = {
  name: 'get',
  summary: 'Show all that is known of an agent',
  operands: [{ name: 'ID' }],
  options: [],
  async run({ args, client, output, interruption: signal }) {
    const { etag: _, ...agent } = await client.get(args.operand('ID'), { signal });
    if (!output.isTable) output.result(agent);
    else output.pairs(recordOf(agent, output, new Date()));
    return EXIT.ok;
  },
};

/** The version of a skill, and what it does; all of it is in `--json`. */
function told({ version, name, description }: AgentSkill): string {
  return [version, description ?? name].filter((part) => part !== undefined && part !== null).join(' ');
}

function recordOf(agent: Agent, output: Output, now: Date): [string, Cell][] {
  const { health, heartbeat } = agent;
  const text = (value: string | number | null): Cell => ({ text: String(value ?? '') });
  const time = (value: string | null): Cell => ({ text: output.longTime(value, now) });
  const group = (name: string, values: object): [string, Cell][] =>
    Object.entries(values).map(([key, value]: [string, unknown]) => [
      `${name}.${key}`,
      { text: typeof value === 'string' ? value : JSON.stringify(value) },
    ]);
  return [
    ['id', text(agent.id)],
    ['name', text(agent.name)],
    ['type', text(agent.type)],
    ['category', text(agent.category)],
    ['version', text(agent.version)],
    ['status', output.status(agent.status)],
    ['available', text(String(agent.available))],
    ['description', text(agent.description)],
    ['locality', text(agent.locality)],
    ['capabilities', text(agent.capabilities.join(','))],
    ...agent.skills.map((skill): [string, Cell] => [`skills.${skill.id}`, { text: told(skill) }]),
    ['accepts', text(agent.accepts.join(','))],
    ...agent.depends_on.map((each, index): [string, Cell] => [
      `depends_on.${each.name ?? index + 1}`,
      { text: JSON.stringify(each) },
    ]),
    ...group('endpoints', agent.endpoints),
    ...group('metadata', agent.metadata),
    ['registered_at', time(agent.registered_at)],
    ['last_seen', time(agent.last_seen)],
    ['health.status', output.status(health.status)],
    ['health.ready', text(String(health.ready))],
    ['health.load', text(health.load)],
    ['health.message', text(health.message)],
    ['health.cpu_percent', text(health.cpu_percent)],
    ['health.memory_percent', text(health.memory_percent)],
    ['health.uptime_seconds', text(health.uptime_seconds)],
    ['health.active_connections', text(health.active_connections)],
    ['health.error_count', text(health.error_count)],
    ...group('health.metrics', health.metrics ?? {}),
    ['health.last_check', time(health.last_check)],
    ['heartbeat.interval_seconds', text(heartbeat.interval_seconds)],
    ['heartbeat.timeout_seconds', text(heartbeat.timeout_seconds)],
    ['heartbeat.missed_beats', text(heartbeat.missed_beats)],
    ['heartbeat.enabled', text(String(heartbeat.enabled))],
  ];
}
