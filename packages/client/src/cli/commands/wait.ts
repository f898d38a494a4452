import { setTimeout as pause } from 'node:timers/promises';
import { ConnectionError, NotFoundError, RateLimitedError, UnavailableError } from '../../errors.js';
import { deadline } from '../../retry.js';
import type { AgentHealth } from '../../types.js';
import { printStatus } from '../agent-view.js';
import type { Call, Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { reasonOf } from '../failure.js';
import { HEALTH_STATUSES, LISTED_STATUSES } from '../statuses.js';

const DEFAULT_TIMEOUT_SECONDS = 60;
const DEFAULT_INTERVAL_SECONDS = 1;

export const wait: Command = {
  name: 'wait',
  summary: 'Wait until an agent is active, or in another status',
  details: `It may not be registered yet. Outages of the registry are waited out. Exit code 0 when it is so, 1 when it was not so
within the timeout; standard error says how it was instead.`,
  operands: [{ name: 'ID' }],
  options: [
    {
      name: 'status',
      value: 'STATUS',
      repeatable: true,
      choices: [...LISTED_STATUSES, 'deregistered'],
      help: 'wait for this lifecycle status (several: any of them; default: active, unless --health is given)',
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
    {
      name: 'interval',
      value: 'SECONDS',
      number: { min: 0.1, max: 3600 },
      help: `between two looks (default ${DEFAULT_INTERVAL_SECONDS})`,
    },
  ],
  async run(call) {
    const { args, output, interruption } = call;
    const limit = deadline((args.number('timeout') ?? DEFAULT_TIMEOUT_SECONDS) * 1000);
    const controller = new AbortController();
    const { signal } = controller;
    for (const each of [interruption, limit.signal]) {
      if (each.aborted) controller.abort(each.reason);
      each.addEventListener('abort', () => controller.abort(each.reason), { once: true });
    }
    const interval = (args.number('interval') ?? DEFAULT_INTERVAL_SECONDS) * 1000;
    let look: Look | undefined;
    try {
      for (;;) {
        // The first one is not cut off: there is something to say at the end.
        look = await lookAt(call, look ? signal : interruption);
        if (isAwaited(call, look)) {
          print(call, look);
          return EXIT.ok;
        }
        await pause(interval, undefined, { signal });
      }
    } catch (error) {
      if (interruption.aborted || !limit.signal.aborted || !look) throw error;
      output.note(`${args.operand('ID')} is not so: ${look.seen}`);
      return EXIT.refused;
    } finally {
      limit.cancel();
    }
  },
};

interface Look {
  /** In words. */
  readonly seen: string;
  readonly status?: string;
  /** Of an agent that is there. */
  readonly agent?: AgentHealth;
}

async function lookAt({ args, client }: Call, signal: AbortSignal): Promise<Look> {
  try {
    const agent = await client.agentHealth(args.operand('ID'), { signal });
    const { status, health } = agent;
    return { seen: `${status}, health ${health.status}`, status, agent };
  } catch (error) {
    if (signal.aborted) throw error;
    if (error instanceof NotFoundError && error.code === 'agent_deregistered')
      return { seen: 'deregistered', status: 'deregistered' };
    const isAbsent = error instanceof NotFoundError && error.code === 'agent_not_found';
    const mayPass =
      error instanceof ConnectionError || error instanceof UnavailableError || error instanceof RateLimitedError;
    if (!isAbsent && !mayPass) throw error;
    return { seen: isAbsent ? 'it is not registered' : reasonOf(error) };
  }
}

function isAwaited({ args }: Call, { status, agent }: Look): boolean {
  const health = args.list('health');
  const statuses = args.list('status') ?? (health ? undefined : ['active']);
  if (status === undefined || (statuses && !statuses.includes(status))) return false;
  return !health || (agent !== undefined && health.includes(agent.health.status));
}

function print({ args, output }: Call, { status, agent }: Look): void {
  const id = args.operand('ID');
  if (!output.isTable) output.result(agent ?? { agent_id: id, status });
  else if (agent) printStatus(output, id, agent);
  else output.table([{ title: 'ID' }, { title: 'STATUS' }], [[{ text: id }, { text: status ?? '' }]]);
}
