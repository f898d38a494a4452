import { setTimeout as pause } from 'node:timers/promises';
import type { AgentRegistryClient } from '../../client.js';
import { ConnectionError, NotFoundError, RateLimitedError, UnavailableError } from '../../errors.js';
import { deadline } from '../../retry.js';
import type { FollowOptions } from '../../stream.js';
import type { RequestOptions } from '../../transport.js';
import type { AgentHealth, WatchQuery } from '../../types.js';
import { printStatus } from '../agent-view.js';
import type { Arguments } from '../arguments.js';
import type { Call, Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { reasonOf } from '../failure.js';
import { FORMER_INTERVAL, noteFormerInterval } from '../following.js';
import { HEALTH_STATUSES, LISTED_STATUSES } from '../statuses.js';
import { UsageError } from '../usage-error.js';

const DEFAULT_TIMEOUT_SECONDS = 60;
/** For the last look, at the end of the timeout. */
const LAST_LOOK_MS = 2_000;
const AGAIN_MS = 1_000;
const GONE = 'deregistered';

export const wait: Command = {
  name: 'wait',
  summary: 'Wait until an agent is active, in another status, or as an expression says',
  details: `It may not be registered yet. Outages of the registry are waited out. Exit code 0 when it is so, 1 when it was not so
within the timeout; standard error says how it was instead. An expression (CEL) is one of list --filter, as
--for 'agent.status == "active" && agent.version == "2.0"'; with --status or --health both must be so.`,
  operands: [{ name: 'ID' }],
  options: [
    { name: 'for', value: 'EXPRESSION', help: 'wait until this is true of the agent (CEL)' },
    {
      name: 'status',
      value: 'STATUS',
      repeatable: true,
      choices: [...LISTED_STATUSES, GONE],
      help: 'wait for this lifecycle status (several: any of them; default: active, unless --health or --for is given)',
    },
    {
      name: 'health',
      value: 'HEALTH',
      repeatable: true,
      choices: HEALTH_STATUSES,
      help: 'and for this health (several: any of them)',
    },
    {
      name: 'timeout',
      value: 'SECONDS',
      number: { min: 0.1, max: 86_400 },
      help: `how long in all (default ${DEFAULT_TIMEOUT_SECONDS})`,
    },
    FORMER_INTERVAL,
  ],
  async run(call) {
    const { args, output, client, interruption } = call;
    noteFormerInterval(call);
    const id = args.operand('ID');
    const awaited = awaitedOf(args, id);
    const limit = deadline((args.number('timeout') ?? DEFAULT_TIMEOUT_SECONDS) * 1000);
    const ending = new AbortController();
    let outage: string | undefined;
    let hasLooked = false;
    // The first look is not cut off: there is something to say at the end.
    const endIfDue = (): void => {
      if (interruption.aborted) ending.abort(interruption.reason);
      else if (limit.signal.aborted && hasLooked) ending.abort(limit.signal.reason);
    };
    const looked = (problem?: unknown): void => {
      hasLooked = true;
      outage = problem === undefined ? undefined : reasonOf(problem);
      endIfDue();
    };
    for (const signal of [interruption, limit.signal]) signal.addEventListener('abort', endIfDue, { once: true });
    endIfDue();
    const options: FollowOptions = { signal: ending.signal, onDisconnect: (problem) => problem && looked(problem) };
    try {
      await checkExpression(client, args.text('for'), { signal: interruption });
      const outcomes: Promise<AgentHealth | undefined>[] = [];
      if (awaited.query) outcomes.push(matching(client, id, awaited.query, options, looked));
      if (awaited.isGone) outcomes.push(deregistered(client, id, options, looked));
      print(call, await Promise.race(outcomes));
      return EXIT.ok;
    } catch (error) {
      if (interruption.aborted || !ending.signal.aborted) throw error;
      output.note(`${id} is not so: ${outage ?? (await seen(client, id, interruption))}`);
      return EXIT.refused;
    } finally {
      limit.cancel();
      ending.abort(); // that of two watches which goes on
    }
  },
};

/** What is waited for: that the agent matches, that it is deregistered, or either. */
function awaitedOf(args: Arguments, id: string): { query?: WatchQuery; isGone: boolean } {
  const [expression, health] = [args.text('for'), args.list('health')];
  const given = args.list('status') ?? (health || expression !== undefined ? undefined : ['active']);
  const isGone = given?.includes(GONE) ?? false;
  for (const name of ['for', 'health'])
    if (isGone && args.has(name)) throw new UsageError(`--${name} does not go with --status ${GONE}`);
  const status = given?.filter((each) => each !== GONE);
  if (status?.length === 0) return { isGone };
  const isIt = `agent.id == ${JSON.stringify(id)}`;
  const filter = expression === undefined ? isIt : `(${expression}) && ${isIt}`;
  return { query: { filter, status, health } as WatchQuery, isGone };
}

/** What is wrong with an expression is told of it alone. While the registry is away nothing is. */
async function checkExpression(
  client: AgentRegistryClient,
  expression: string | undefined,
  options: RequestOptions,
): Promise<void> {
  try {
    if (expression !== undefined) await client.checkFilter(expression, options);
  } catch (error) {
    if (options.signal?.aborted || !mayPass(error)) throw error;
  }
}

/** The agent once it matches. */
async function matching(
  client: AgentRegistryClient,
  id: string,
  query: WatchQuery,
  options: FollowOptions,
  looked: () => void,
): Promise<AgentHealth> {
  const watch = client.watchAgents(query, options);
  try {
    return await new Promise((resolve, reject) => {
      watch.subscribe((change) => {
        if (change.type === 'synced') looked();
        if (change.type !== 'upsert' || change.agent.id !== id) return;
        const { status, last_seen, health } = change.agent;
        resolve({ agent_id: id, status, last_seen, health });
      });
      watch.closed.catch(reject);
    });
  } finally {
    watch.close();
  }
}

/** Once the agent is deregistered, which it may have been before. */
async function deregistered(
  client: AgentRegistryClient,
  id: string,
  options: FollowOptions,
  looked: () => void,
): Promise<undefined> {
  const watch = client.watchAgents({ filter: `agent.id == ${JSON.stringify(id)}` }, options);
  try {
    for await (const change of watch) {
      if (change.type === 'remove' && change.cause === 'deregistered') return;
      if (change.type !== 'synced' && change.type !== 'remove') continue;
      if (!watch.agents.has(id) && (await isDeregistered(client, id, options))) return;
      looked();
    }
  } finally {
    watch.close();
  }
}

async function isDeregistered(client: AgentRegistryClient, id: string, { signal }: FollowOptions): Promise<boolean> {
  for (;;) {
    try {
      await client.agentHealth(id, { signal });
      return false;
    } catch (error) {
      if (error instanceof NotFoundError && error.code.startsWith('agent_')) return error.code === 'agent_deregistered';
      if (signal?.aborted || !mayPass(error)) throw error;
      await pause(AGAIN_MS, undefined, { signal });
    }
  }
}

/** How it is instead, in words. */
async function seen(client: AgentRegistryClient, id: string, signal: AbortSignal): Promise<string> {
  try {
    const { status, health } = await client.agentHealth(id, { signal, retries: 0, timeoutMs: LAST_LOOK_MS });
    return `${status}, health ${health.status}`;
  } catch (error) {
    if (signal.aborted) throw error;
    if (mayPass(error)) return reasonOf(error);
    const code = error instanceof NotFoundError ? error.code : undefined;
    if (code === 'agent_not_found') return 'it is not registered';
    if (code === 'agent_deregistered') return GONE;
    throw error;
  }
}

function mayPass(error: unknown): boolean {
  return error instanceof ConnectionError || error instanceof UnavailableError || error instanceof RateLimitedError;
}

/** Undefined: it is deregistered. */
function print({ args, output }: Call, agent: AgentHealth | undefined): void {
  const id = args.operand('ID');
  if (!output.isTable) output.result(agent ?? { agent_id: id, status: GONE });
  else if (agent) printStatus(output, id, agent);
  else output.table([{ title: 'ID' }, { title: 'STATUS' }], [[{ text: id }, { text: GONE }]]);
}
