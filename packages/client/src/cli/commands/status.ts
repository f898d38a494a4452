import { printStatus } from '../agent-view.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { SETTABLE_STATUSES } from '../statuses.js';
import { UsageError } from '../usage-error.js';
import type { SettableStatus } from '../../types.js';

export const status: Command = {
  name: 'status',
  summary: 'Tell how an agent is, or take it out of service and back',
  details: `With a STATUS it is the operator's switch: an agent in maintenance is not expected to send heartbeats. A quarantined one is
listed and never discovered, and may send heartbeats and nothing else, until an operator sets it active.`,
  operands: [{ name: 'ID' }, { name: 'STATUS', optional: true, choices: SETTABLE_STATUSES }],
  options: [{ name: 'reason', value: 'TEXT', help: 'why, for the event log' }],
  async run({ args, client, output, interruption: signal }) {
    const id = args.operand('ID');
    const wanted = args.optionalOperand('STATUS') as SettableStatus | undefined;
    const reason = args.text('reason');
    if (wanted === undefined) {
      if (reason !== undefined) throw new UsageError('--reason goes with a STATUS');
      const answer = await client.agentHealth(id, { signal });
      if (output.isJson) output.json(answer);
      else printStatus(output, id, answer);
      return EXIT.ok;
    }
    const { etag: _, ...agent } = await client.setStatus(id, wanted, { reason, signal });
    if (output.isJson) output.json(agent);
    else printStatus(output, id, agent);
    return EXIT.ok;
  },
};
