import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';

export const health: Command = {
  name: 'health',
  summary: 'Tell how the service itself is',
  details: 'Exit code 0 when it serves (healthy or degraded), 1 when it is unhealthy.',
  operands: [],
  options: [],
  async run({ client, output, interruption: signal }) {
    const answer = await client.health({ signal });
    if (!output.isTable) output.result(answer);
    else {
      const details = Object.entries(answer.details).map(([name, value]) => [name, { text: describe(value) }] as const);
      output.pairs([['status', output.status(answer.status)], ...details]);
    }
    return answer.status === 'unhealthy' ? EXIT.refused : EXIT.ok;
  },
};

/** `up`, and what else is told of it. */
function describe(detail: unknown): string {
  if (typeof detail !== 'object' || detail === null) return JSON.stringify(detail);
  const { status, ...rest } = detail as { status?: unknown };
  const others = Object.entries(rest).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return [...(typeof status === 'string' ? [status] : []), ...others].join(' ');
}
