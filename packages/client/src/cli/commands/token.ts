import { expiringTokens } from '../expiring-tokens.js';
import type { Call, Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { entryOf, newToken } from '../new-token.js';
import type { Option } from '../option.js';
import { dateOf, timeOf } from '../times.js';
import { UsageError } from '../usage-error.js';

const LONGEST_OVERLAP_SECONDS = 300;

const OF_CREATE: readonly Option[] = [
  {
    name: 'scope',
    value: 'SCOPE',
    help: 'what the token is good for',
    repeatable: true,
    choices: ['read', 'agent', 'operate', 'admin'],
  },
  { name: 'expires', value: 'WHEN', help: 'when the token ends: 2027-01-31T00:00:00Z, or 90d, 12h, 30m from now' },
  { name: 'not-before', value: 'WHEN', help: 'from when on the token is valid, in the same way' },
];
const OF_ROTATE: readonly Option[] = [
  {
    name: 'overlap',
    value: 'SECONDS',
    help: 'for how long the token before is accepted too, 60 if nothing is said; 0: it may be stolen',
    number: { min: 0, max: LONGEST_OVERLAP_SECONDS, whole: true },
  },
];

const OF_LIST: readonly Option[] = [
  { name: 'within', value: 'DURATION', help: 'only those that end before this: 30d, 12h, or 2027-01-31T00:00:00Z' },
];
const OF_ACTION = { create: OF_CREATE, rotate: OF_ROTATE, list: OF_LIST } as const;

export const tokenCommand: Command = {
  name: 'token',
  summary: 'Make a token for a client, replace the own token of an agent, or list which tokens end',
  details: `create NAME makes a token and asks nobody. Two lines: the token, to hand over, and an entry of AUTH_TOKENS_FILE or
AUTH_TOKENS. To rotate, put its sha256 beside the old one: "sha256": ["<new>", "<old>"].
rotate ID asks the registry for a new own token of the agent and prints it.
list prints the clients of the list of tokens whose last token ends, and when; it reads the metrics of the registry.`,
  operands: [
    { name: 'ACTION', choices: ['create', 'rotate', 'list'] },
    { name: 'NAME', optional: true },
  ],
  options: [...OF_CREATE, ...OF_ROTATE, ...OF_LIST],
  async run(call) {
    const { args } = call;
    const action = args.operand('ACTION') as keyof typeof OF_ACTION;
    const name = args.optionalOperand('NAME');
    const others = Object.values(OF_ACTION).filter((options) => options !== OF_ACTION[action]);
    for (const option of others.flat())
      if (args.has(option.name)) throw new UsageError(`--${option.name} does not go with ${action}`);
    if (action === 'list') {
      if (name !== undefined) throw new UsageError(`there is nothing that "${name}" could be`);
      return listTokens(call);
    }
    if (name === undefined) throw new UsageError('NAME is missing');
    return action === 'create' ? create(call, name) : rotate(call, name);
  },
};

function create({ args, output }: Call, name: string): number {
  const scopes = args.list('scope');
  if (!scopes) throw new UsageError('--scope is missing');
  const now = new Date();
  const [expires, notBefore] = [args.text('expires'), args.text('not-before')];
  const expires_at = expires === undefined ? undefined : timeOf('--expires', expires, now);
  const not_before = notBefore === undefined ? undefined : timeOf('--not-before', notBefore, now);
  if (expires_at !== undefined && Date.parse(expires_at) <= now.getTime())
    throw new UsageError('--expires must be in the future');
  const made = newToken();
  const entry = entryOf(made, { name, scopes, not_before, expires_at });
  if (!output.isTable) {
    output.result({ token: made, entry });
    return EXIT.ok;
  }
  output.line(made);
  output.line(JSON.stringify(entry));
  output.note('The token is kept nowhere: hand it over now. The second line belongs into the list of tokens.');
  return EXIT.ok;
}

async function rotate({ args, client, output, interruption: signal }: Call, id: string): Promise<number> {
  const answer = await client.rotateToken(id, { overlapSeconds: args.number('overlap'), signal });
  if (!output.isTable) {
    output.result(answer);
    return EXIT.ok;
  }
  output.line(answer.token);
  const { previous_valid_until: until } = answer;
  output.note(until === null ? 'The token before is void.' : `The token before is accepted until ${until}.`);
  return EXIT.ok;
}

async function listTokens({ args, client, output, interruption: signal }: Call): Promise<number> {
  const now = new Date();
  const within = args.text('within');
  const before = within === undefined ? undefined : dateOf('--within', within, now, 'from now').toISOString();
  const all = expiringTokens(await client.metrics({ signal }));
  const tokens = all.filter(({ expires_at }) => before === undefined || expires_at < before);
  if (!output.isTable) output.result({ tokens }, tokens);
  else {
    output.table(
      [{ title: 'NAME', min: 12 }, { title: 'EXPIRES' }],
      tokens.map(({ name, expires_at }) => [{ text: name }, { text: expires_at }]),
    );
  }
  if (tokens.length === 0) output.note(before === undefined ? 'no token ends' : `no token ends before ${before}`);
  return EXIT.ok;
}
