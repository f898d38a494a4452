import { printPages } from '../agent-view.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { FILTERS, listQuery, PAGING } from '../filters.js';

export const list: Command = {
  name: 'list',
  summary: 'List the agents that match all filters',
  operands: [],
  options: [...FILTERS, ...PAGING],
  async run(call) {
    const { args, client, interruption: signal } = call;
    const query = { ...listQuery(args), limit: args.number('limit') };
    await printPages(call, (cursor) => client.list({ ...query, cursor }, { signal }));
    return EXIT.ok;
  },
};
