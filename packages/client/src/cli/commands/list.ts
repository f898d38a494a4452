import { printAgents, printPages, requireFormat, VIEW } from '../agent-view.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { ORDERING, orderingOf, PAGING } from '../filters.js';
import { agentsOf, listQueries, SELECTION, UNHEALTHY } from '../selection.js';
import { UsageError } from '../usage-error.js';

export const list: Command = {
  name: 'list',
  summary: 'List the agents that match all filters',
  operands: [],
  options: [...SELECTION, ...ORDERING, ...VIEW, ...PAGING],
  async run(call) {
    const { args, client, interruption: signal } = call;
    const [query, ...others] = listQueries(args);
    const ordering = orderingOf(args);
    requireFormat(call);
    if (others.length === 0) {
      await printPages(call, (cursor, limit) => client.list({ ...query, ...ordering, limit, cursor }, { signal }));
      return EXIT.ok;
    }
    for (const name of ['cursor', ...ORDERING.map((option) => option.name)])
      if (args.has(name)) throw new UsageError(`--${name} does not go with --${UNHEALTHY.name}`);
    const agents = await agentsOf(call, [query!, ...others]);
    await printAgents(call, { agents, total: agents.length, next_cursor: null }, true);
    return EXIT.ok;
  },
};
