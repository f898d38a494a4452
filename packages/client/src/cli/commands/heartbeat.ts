import type { HealthReport } from '../../types.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { REPORTABLE_STATUSES } from '../statuses.js';
import { UsageError } from '../usage-error.js';

const PERCENT = { min: 0, max: 100 };

export const heartbeat: Command = {
  name: 'heartbeat',
  formerName: 'beat',
  summary: 'Send one heartbeat',
  details:
    'Without options it says only that the agent is alive. See sidecar for heartbeats as long as a command runs.',
  operands: [{ name: 'ID' }],
  options: [
    {
      name: 'health',
      value: 'HEALTH',
      choices: REPORTABLE_STATUSES,
      help: 'how it feels (default: made out from CPU and memory)',
    },
    { name: 'message', value: 'TEXT', help: 'why, in words for people' },
    { name: 'cpu', value: 'PERCENT', number: PERCENT, help: 'CPU in use, 0 to 100' },
    { name: 'memory', value: 'PERCENT', number: PERCENT, help: 'memory in use, 0 to 100' },
    { name: 'connections', value: 'N', number: { min: 0, whole: true }, help: 'open connections' },
    { name: 'errors', value: 'N', number: { min: 0, whole: true }, help: 'errors so far' },
    { name: 'uptime', value: 'SECONDS', number: { min: 0 }, help: 'since it was started' },
    {
      name: 'ready',
      value: 'YES|NO',
      choices: ['yes', 'no'],
      help: 'whether it takes work now (default: as it is alive)',
    },
    { name: 'load', value: '0..1', number: { min: 0, max: 1 }, help: 'how busy it is, 0 to 1' },
    { name: 'metric', value: 'NAME=NUMBER', repeatable: true, pair: true, help: 'anything else that is counted' },
  ],
  async run({ args, client, output, interruption: signal }) {
    const said: HealthReport = {
      status: args.text('health') as HealthReport['status'],
      message: args.text('message'),
      cpu_percent: args.number('cpu'),
      memory_percent: args.number('memory'),
      active_connections: args.number('connections'),
      error_count: args.number('errors'),
      uptime_seconds: args.number('uptime'),
      metrics: metricsOf(args.pairs('metric')),
    };
    const report = Object.values(said).some((value) => value !== undefined) ? said : undefined;
    const ready = args.text('ready');
    const readiness = { ready: ready === undefined ? undefined : ready === 'yes', load: args.number('load') };
    const answer = await client.heartbeat(args.operand('ID'), report, { signal, ...readiness });
    if (!output.isTable) output.result(answer);
    else {
      output.table(
        [{ title: 'ID' }, { title: 'STATUS' }, { title: 'NEXT BEAT' }, { title: 'TIMEOUT' }],
        [
          [
            { text: answer.id },
            output.status(answer.status),
            { text: `${answer.next_heartbeat_seconds}s` },
            { text: `${answer.timeout_seconds}s` },
          ],
        ],
      );
    }
    return EXIT.ok;
  },
};

function metricsOf(pairs: Record<string, string> | undefined): Record<string, number> | undefined {
  const numbers = Object.entries(pairs ?? {}).map(([name, value]): [string, number] => {
    if (value.trim() === '' || !Number.isFinite(Number(value)))
      throw new UsageError(`--metric ${name} must be a number, not "${value}"`);
    return [name, Number(value)];
  });
  return pairs && Object.fromEntries(numbers);
}
