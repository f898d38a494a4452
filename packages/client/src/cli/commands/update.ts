import { agentTable } from '../agent-view.js';
import type { Arguments } from '../arguments.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { readInput } from '../input-file.js';
import { parseObject, REGISTRATION, registrationFrom } from '../registration.js';
import { UsageError } from '../usage-error.js';

/** What can be unset: a field that need not be there, or one key of a field that has keys. */
const UNSET =
  /^(?:(category|version|description|locality|capabilities|skills|accepts|depends_on|endpoints|metadata)|(endpoints|metadata)\.(.+))$/;
const UNSETTABLE =
  'category, version, description, locality, capabilities, skills, accepts, depends_on, endpoints, metadata, or a key as metadata.team';

export const update: Command = {
  name: 'update',
  summary: 'Change what is said, and leave the rest of the registration as it is',
  details: `Endpoints and metadata are changed key by key; capabilities and actions are replaced as a whole. The values of --metadata are texts: put
other ones into --from.`,
  operands: [{ name: 'ID' }],
  options: [
    ...REGISTRATION.filter(({ name }) => name !== 'id'),
    {
      name: 'unset',
      value: 'FIELD',
      repeatable: true,
      help: `clear ${UNSETTABLE}`,
    },
    {
      name: 'from',
      value: 'FILE',
      file: true,
      help: 'a JSON merge patch (RFC 7396) to begin with ("-": standard input); options come over it',
    },
  ],
  async run({ args, client, output, stdin, interruption: signal }) {
    const file = args.text('from');
    const base = file === undefined ? {} : parseObject(await readInput(file, stdin), file);
    const patch = merged(merged(base, unsettings(args)), registrationFrom(args));
    if (Object.keys(patch).length === 0) throw new UsageError('there is nothing to change: give an option');
    // Whatever is wrong, the registry tells all of it.
    const { etag: _, ...agent } = await client.update(args.operand('ID'), patch, { signal });
    if (!output.isTable) output.result(agent);
    else for (const line of agentTable(output, [agent], new Date())) output.line(line);
    return EXIT.ok;
  },
};

type Patch = Readonly<Record<string, unknown>>;

function unsettings(args: Arguments): Patch {
  let patch: Patch = {};
  for (const text of args.list('unset') ?? []) {
    const [, field, parent, key] = UNSET.exec(text) ?? [];
    if (field !== undefined) patch = merged(patch, { [field]: null });
    else if (parent !== undefined && key !== undefined) patch = merged(patch, { [parent]: { [key]: null } });
    else throw new UsageError(`--unset must be ${UNSETTABLE}, not "${text}"`);
  }
  return patch;
}

/** Both patches, the second over the first, object by object. */
function merged(first: Patch, second: Patch): Patch {
  const both = Object.entries(second).map(([name, value]): [string, unknown] => {
    const before = first[name];
    return [name, isObject(before) && isObject(value) ? merged(before, value) : value];
  });
  return { ...first, ...Object.fromEntries(both) };
}

function isObject(value: unknown): value is Patch {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
