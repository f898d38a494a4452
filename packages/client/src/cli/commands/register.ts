import type { AgentRegistration } from '../../types.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { readInput } from '../input-file.js';
import { parseObject, REGISTRATION, registrationFrom, withoutReadOnly } from '../registration.js';

export const register: Command = {
  name: 'register',
  summary: 'Register an agent, or register it again under its id',
  details: `Prints its id, its status and, when the registry asks for tokens, its own token, which is told only once.
It is active from then on, and unhealthy when no heartbeat comes: see heartbeat and sidecar.
Of a record, as get --json prints it, --from takes what can be registered: get ID --json | register --from -`,
  operands: [],
  options: [
    ...REGISTRATION,
    {
      name: 'from',
      value: 'FILE',
      file: true,
      help: 'a JSON body to begin with ("-": standard input); options come over it',
    },
  ],
  async run({ args, client, output, stdin, interruption: signal }) {
    const file = args.text('from');
    const base = file === undefined ? {} : withoutReadOnly(parseObject(await readInput(file, stdin), file));
    // Whatever is missing or wrong, the registry tells all of it.
    const agent = { ...base, ...registrationFrom(args) } as AgentRegistration;
    const answer = await client.register(agent, { signal });
    const { id, status, token } = answer;
    if (!output.isTable) output.result(answer);
    else {
      output.table(
        [{ title: 'ID' }, { title: 'STATUS' }, ...(token === undefined ? [] : [{ title: 'TOKEN' }])],
        [[{ text: id }, output.status(status), ...(token === undefined ? [] : [{ text: token }])]],
      );
    }
    return EXIT.ok;
  },
};
