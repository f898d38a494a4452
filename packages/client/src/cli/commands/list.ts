import { printAgents, printPages, VIEW } from '../agent-view.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { PAGING } from '../filters.js';
import { agentsOf, listQueries, SELECTION, UNHEALTHY } from '../selection.js';
import { UsageError } from '../usage-error.js';

export const list: Command = {
  name: 'list',
  summary: 'List the agents that match all filters',
  operands: [],
  options: [...SELECTION, ...VIEW, ...PAGING],
  async run(call) {
    const { args, client, interruption: signal } = call;
    const [query, ...others] = listQueries(args);
    if (others.length === 0) {
      await printPages(call, (cursor, limit) => client.list({ ...query, limit, cursor }, { signal }));
      return EXIT.ok;
    }
    if (args.has('cursor')) throw new UsageError(`--cursor does not go with --${UNHEALTHY.name}`);
    const agents = await agentsOf(call, [query!, ...others]);
    await printAgents(call, { agents, total: agents.length, next_cursor: null }, true);
    return EXIT.ok;
  },
};
