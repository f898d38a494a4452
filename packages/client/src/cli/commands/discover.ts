import { printPages, requireFormat, VIEW } from '../agent-view.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { EXPRESSION, ORDERING, PAGING } from '../filters.js';
import { LISTED_STATUSES } from '../statuses.js';
import type { DiscoveryQuery } from '../../types.js';

export const discover: Command = {
  name: 'discover',
  summary: 'Find agents by what they can do',
  operands: [],
  options: [
    { name: 'capability', value: 'CAPABILITY', repeatable: true, help: 'that can do this (several: all of them)' },
    { name: 'type', value: 'TYPE', help: 'of this type' },
    { name: 'category', value: 'CATEGORY', help: 'of this category' },
    { name: 'status', value: 'STATUS', choices: LISTED_STATUSES, help: 'in this lifecycle status' },
    EXPRESSION,
    ...ORDERING,
    ...VIEW,
    ...PAGING,
  ],
  async run(call) {
    const { args, client, interruption: signal } = call;
    requireFormat(call);
    const query: DiscoveryQuery = {
      capabilities: args.list('capability'),
      type: args.text('type'),
      category: args.text('category'),
      filter: args.text('filter'),
      order_by: args.text('order-by') as DiscoveryQuery['order_by'],
      fields: args.text('fields')?.split(',') as DiscoveryQuery['fields'],
      status: args.text('status') as DiscoveryQuery['status'],
    };
    await printPages(call, (cursor, limit) => client.discover({ ...query, limit, cursor }, { signal }));
    return EXIT.ok;
  },
};
