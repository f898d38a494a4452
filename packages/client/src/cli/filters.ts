import type { ListQuery } from '../types.js';
import type { Arguments } from './arguments.js';
import type { Option } from './option.js';
import { HEALTH_STATUSES, LISTED_STATUSES } from './statuses.js';

/** An expression over all that the registry knows of an agent. */
export const EXPRESSION: Option = {
  name: 'filter',
  value: 'EXPRESSION',
  help: 'for which this is true (CEL), e.g. \'agent.type == "worker" && agent.metadata.tier > 1\'',
};

/** The filters of lists, all of which must hold. */
export const FILTERS: readonly Option[] = [
  { name: 'type', value: 'TYPE', repeatable: true, help: 'of this type (several: any of them)' },
  {
    name: 'status',
    value: 'STATUS',
    repeatable: true,
    choices: LISTED_STATUSES,
    help: 'in this lifecycle status (several: any of them)',
  },
  { name: 'category', value: 'CATEGORY', repeatable: true, help: 'of this category (several: any of them)' },
  { name: 'name', value: 'NAME', help: 'with exactly this name' },
  { name: 'version', value: 'VERSION', help: 'of exactly this version' },
  { name: 'capability', value: 'CAPABILITY', repeatable: true, help: 'that can do this (several: all of them)' },
  {
    name: 'health',
    value: 'HEALTH',
    repeatable: true,
    choices: HEALTH_STATUSES,
    help: 'that feel like this (several: any of them)',
  },
  { name: 'metadata', value: 'KEY=VALUE', repeatable: true, pair: true, help: 'with this in their metadata' },
  EXPRESSION,
];

/** The members of records that `--fields` takes. */
export const FIELDS: Option = {
  name: 'fields',
  value: 'NAME,…',
  help: 'these members of the whole records alone, e.g. id,name,health; with a --format for programs',
};

/** What lists may be asked for beside filters. */
export const ORDERING: readonly Option[] = [
  {
    name: 'order-by',
    value: 'ORDER',
    help: 'id (default), name, type, category, version or registered_at; status or last_seen: one page; " desc" behind it turns it round',
  },
  FIELDS,
];

export const PAGING: readonly Option[] = [
  {
    name: 'limit',
    value: 'N',
    number: { min: 1, max: 1000, whole: true },
    help: 'at most so many (default 100); with --all: so many a request',
  },
  { name: 'all', help: 'every page' },
  { name: 'cursor', value: 'CURSOR', help: "go on at the next_cursor of another page's --json" },
];

/** The query that the filters make. */
export function listQuery(args: Arguments): ListQuery {
  return {
    type: args.list('type'),
    status: args.list('status') as ListQuery['status'],
    category: args.list('category'),
    name: args.text('name'),
    version: args.text('version'),
    capability: args.list('capability'),
    health: args.list('health') as ListQuery['health'],
    metadata: args.pairs('metadata'),
    filter: args.text('filter'),
  };
}

/** What `--order-by` and `--fields` ask for. */
export function orderingOf(args: Arguments): Pick<ListQuery, 'order_by' | 'fields'> {
  return { order_by: args.text('order-by') as ListQuery['order_by'], fields: args.text('fields') };
}
