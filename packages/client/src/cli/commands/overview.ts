import type { FleetHealth, Overview } from '../../types.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import type { Output } from '../output.js';
import type { Cell } from '../table.js';

export const overview: Command = {
  name: 'overview',
  summary: 'Count the agents by status, type and category, or show the unhealthy ones',
  operands: [],
  options: [{ name: 'unhealthy', help: 'the share of healthy agents, and the first 100 that are silent or unwell' }],
  async run({ args, client, output, interruption: signal }) {
    if (args.flag('unhealthy')) {
      const health = await client.fleetHealth({ signal });
      if (!output.isTable) output.result(health, health.unhealthy_agents);
      else printHealth(output, health);
      return EXIT.ok;
    }
    const counts = await client.overview({ signal });
    if (!output.isTable) output.result(counts);
    else output.pairs(countsOf(counts));
    return EXIT.ok;
  },
};

function countsOf({ total_agents, active_agents, healthy_agents, by_status, agent_types, categories }: Overview) {
  const count = (name: string, value: number): [string, Cell] => [name, { text: String(value) }];
  const group = (name: string, counts: Record<string, number>): [string, Cell][] =>
    Object.entries(counts).map(([key, value]) => count(`${name}.${key}`, value));
  return [
    count('total', total_agents),
    count('active', active_agents),
    count('healthy', healthy_agents),
    ...group('status', by_status),
    ...group('type', agent_types),
    ...group('category', categories),
  ];
}

function printHealth(output: Output, { overall_health, unhealthy_agents, unhealthy_total }: FleetHealth): void {
  const now = new Date();
  output.table(
    [
      { title: 'ID', min: 12 },
      { title: 'NAME', min: 8 },
      { title: 'STATUS' },
      { title: 'HEALTH' },
      { title: 'LAST SEEN' },
    ],
    unhealthy_agents.map(({ id, name, status, health_status, last_seen }) => [
      { text: id },
      { text: name },
      output.status(status),
      output.status(health_status),
      { text: output.time(last_seen, now) },
    ]),
  );
  const rest = unhealthy_total - unhealthy_agents.length;
  output.note(`${Math.floor(overall_health * 1000) / 10} % are healthy${rest > 0 ? `; ${rest} more are not` : ''}`);
}
