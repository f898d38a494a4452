import type { ListQuery } from '../../types.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { FIELDS, FILTERS, listQuery } from '../filters.js';
import { PAGE } from '../selection.js';

/** The members of whole records, in the order in which a record has them. */
const WHOLE =
  'id,name,type,category,version,status,description,locality,capabilities,skills,accepts,depends_on,endpoints,registered_at,last_seen,metadata,health,heartbeat';

export const exportCommand: Command = {
  name: 'export',
  summary: 'Write the whole records of all agents that match, one after the other',
  details:
    'One JSON object a line, unless --format says json, yaml or csv. Records are written as they come, so that any number fits; a CSV has the members of maps in columns of their own and is put together first.',
  operands: [],
  options: [...FILTERS, { ...FIELDS, help: 'these members alone, e.g. id,name,metadata' }],
  async run({ args, client, output, interruption: signal }) {
    const query: ListQuery = {
      ...listQuery(args),
      fields: args.text(FIELDS.name) ?? WHOLE,
      include_total: false,
      limit: PAGE,
    };
    await output.stream(client.listAll(query, { signal }));
    return EXIT.ok;
  },
};
