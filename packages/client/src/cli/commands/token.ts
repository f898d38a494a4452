import type { Call, Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { entryOf, newToken, timeOf } from '../new-token.js';
import type { Option } from '../option.js';
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

export const tokenCommand: Command = {
  name: 'token',
  summary: 'Make a token for a client, or replace the own token of an agent',
  details: `create NAME makes a token and asks nobody. Two lines: the token, to hand over, and an entry of AUTH_TOKENS_FILE or
AUTH_TOKENS. To rotate, put its sha256 beside the old one: "sha256": ["<new>", "<old>"].
rotate ID asks the registry for a new own token of the agent and prints it.`,
  operands: [{ name: 'ACTION', choices: ['create', 'rotate'] }, { name: 'NAME' }],
  options: [...OF_CREATE, ...OF_ROTATE],
  async run(call) {
    const isCreation = call.args.operand('ACTION') === 'create';
    for (const { name } of isCreation ? OF_ROTATE : OF_CREATE)
      if (call.args.has(name)) throw new UsageError(`--${name} does not go with ${isCreation ? 'create' : 'rotate'}`);
    return isCreation ? create(call) : rotate(call);
  },
};

function create({ args, output }: Call): number {
  const scopes = args.list('scope');
  if (!scopes) throw new UsageError('--scope is missing');
  const now = new Date();
  const [expires, notBefore] = [args.text('expires'), args.text('not-before')];
  const expires_at = expires === undefined ? undefined : timeOf('--expires', expires, now);
  const not_before = notBefore === undefined ? undefined : timeOf('--not-before', notBefore, now);
  if (expires_at !== undefined && Date.parse(expires_at) <= now.getTime())
    throw new UsageError('--expires must be in the future');
  const made = newToken();
  const entry = entryOf(made, { name: args.operand('NAME'), scopes, not_before, expires_at });
  if (output.isJson) {
    output.json({ token: made, entry });
    return EXIT.ok;
  }
  output.line(made);
  output.line(JSON.stringify(entry));
  output.note('The token is kept nowhere: hand it over now. The second line belongs into the list of tokens.');
  return EXIT.ok;
}

async function rotate({ args, client, output, interruption: signal }: Call): Promise<number> {
  const answer = await client.rotateToken(args.operand('NAME'), { overlapSeconds: args.number('overlap'), signal });
  if (output.isJson) {
    output.json(answer);
    return EXIT.ok;
  }
  output.line(answer.token);
  const { previous_valid_until: until } = answer;
  output.note(until === null ? 'The token before is void.' : `The token before is accepted until ${until}.`);
  return EXIT.ok;
}
