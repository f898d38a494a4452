import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { flatten } from '../output-format.js';

/** They differ between any two agents, and say nothing of what they are. */
const OF_THE_MOMENT = /^(?:id|registered_at|last_seen|health\.(?!status$)|heartbeat\.(?:last_beat|missed_beats)$)/;

export const diff: Command = {
  name: 'diff',
  summary: 'Compare two agents, field by field',
  details: `Prints the fields in which they differ. Times, the figures of their health and their ids count with --all only.
Exit code 0 when they do not differ, 1 when they do.`,
  operands: [{ name: 'ID' }, { name: 'OTHER' }],
  options: [{ name: 'all', help: 'every field' }],
  async run({ args, client, output, interruption: signal }) {
    const [one, other] = await Promise.all(
      [args.operand('ID'), args.operand('OTHER')].map(async (id) => {
        const { etag: _, ...agent } = await client.get(id, { signal });
        return flatten(agent);
      }),
    );
    const fields = [...new Set([...one!.keys(), ...other!.keys()])]
      .filter((field) => args.flag('all') || !OF_THE_MOMENT.test(field))
      .map((field) => ({ field, one: one!.get(field) ?? null, other: other!.get(field) ?? null }))
      .filter((each) => each.one !== each.other);
    if (!output.isTable) output.result({ differences: fields }, fields);
    else {
      output.table(
        [{ title: 'FIELD' }, { title: args.operand('ID'), min: 12 }, { title: args.operand('OTHER'), min: 12 }],
        fields.map((each) => [{ text: each.field }, { text: each.one ?? '' }, { text: each.other ?? '' }]),
      );
    }
    return fields.length === 0 ? EXIT.ok : EXIT.refused;
  },
};
