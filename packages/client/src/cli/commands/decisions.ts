import type { DecisionQuery } from '../../types.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { LOG_PAGE, LOG_RANGE, logRange } from '../log-range.js';

const VERDICTS = ['allowed', 'denied', 'error_open', 'error_closed'] as const satisfies DecisionQuery['verdict'];

export const decisions: Command = {
  name: 'decisions',
  summary: 'Show what governance decided, newest first',
  details:
    'The audit trail: which change of which agent was asked for by whom, and what the policy said. None without a policy.',
  operands: [],
  options: [
    { name: 'agent', value: 'ID', help: 'about this agent' },
    {
      name: 'verdict',
      value: 'VERDICT',
      repeatable: true,
      choices: VERDICTS,
      help: 'with this verdict (several: any of them)',
    },
    ...LOG_RANGE,
  ],
  async run({ args, client, output, interruption: signal }) {
    const query: DecisionQuery = {
      agent_id: args.text('agent'),
      verdict: args.list('verdict') as DecisionQuery['verdict'],
      limit: LOG_PAGE,
    };
    const range = logRange(args);
    const found = await range.of(client.decisionsAll(query, { signal }), ({ decided_at }) => decided_at);
    const now = new Date();
    if (!output.isTable) output.result({ decisions: found }, found);
    else {
      output.table(
        [
          { title: 'TIME' },
          { title: 'ACTION' },
          { title: 'ID', min: 12 },
          { title: 'VERDICT' },
          { title: 'BY', min: 12 },
          { title: 'REASON', min: 8 },
        ],
        found.map(({ decided_at, action, agent_id, verdict, cause, actor, reason }) => [
          { text: output.time(decided_at, now) },
          { text: action },
          { text: agent_id },
          { text: verdict, paint: verdict === 'allowed' ? undefined : output.colors.red },
          { text: actor?.name == null ? cause : `${cause} by ${actor.name}` },
          { text: reason ?? '' },
        ]),
      );
    }
    if (found.length === 0) output.note('no decision matches');
    return EXIT.ok;
  },
};
