import { NotFoundError } from '../errors.js';
import type { Agent, AgentSummary, ListQuery } from '../types.js';
import type { Arguments } from './arguments.js';
import type { Call } from './command.js';
import { FILTERS, listQuery } from './filters.js';
import { inParallel } from './in-parallel.js';
import type { Option } from './option.js';
import { UsageError } from './usage-error.js';

/** Requests that one command has under way at once. */
export const AT_ONCE = 8;
/** The largest page that there is. */
export const PAGE = 1000;

/** A filter that takes two lists. */
export const UNHEALTHY: Option = {
  name: 'unhealthy',
  help: 'that are silent (status unhealthy) or say so themselves (health unhealthy)',
};
/** The filters of commands that look at all agents that match. */
export const SELECTION: readonly Option[] = [...FILTERS, UNHEALTHY];

/**
 * The lists that the filters make, of which an agent has to be in one.
 * @throws UsageError for filters that do not go together
 */
export function listQueries(args: Arguments): ListQuery[] {
  const query = listQuery(args);
  if (!args.flag(UNHEALTHY.name)) return [query];
  for (const name of ['status', 'health'])
    if (args.has(name)) throw new UsageError(`--${name} does not go with --${UNHEALTHY.name}`);
  return [
    { ...query, status: 'unhealthy' },
    { ...query, health: 'unhealthy' },
  ];
}

/** All agents that are in one of the lists, in the order of their ids. */
export async function agentsOf(
  { client, interruption: signal }: Pick<Call, 'client' | 'interruption'>,
  queries: readonly ListQuery[],
): Promise<AgentSummary[]> {
  const agents = new Map<string, AgentSummary>();
  for (const query of queries)
    for await (const agent of client.listAll({ ...query, limit: PAGE }, { signal })) agents.set(agent.id, agent);
  return [...agents.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** The whole records of agents, a request each. Those that were deregistered meanwhile are left out. */
export async function recordsOf(
  { client, interruption: signal }: Pick<Call, 'client' | 'interruption'>,
  agents: readonly Pick<AgentSummary, 'id'>[],
): Promise<Agent[]> {
  const records = await inParallel(agents, AT_ONCE, async ({ id }) => {
    try {
      const { etag: _, ...record } = await client.get(id, { signal });
      return record;
    } catch (error) {
      if (error instanceof NotFoundError && error.code.startsWith('agent_')) return undefined;
      throw error;
    }
  });
  return records.filter((record) => record !== undefined);
}

/** @throws UsageError when a filter is given */
export function rejectSelection(args: Arguments, what: string): void {
  const filter = SELECTION.find(({ name }) => args.has(name));
  if (filter) throw new UsageError(`--${filter.name} does not go with ${what}`);
}
