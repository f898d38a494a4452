import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { FILTERS, listQuery } from '../filters.js';

const BY = {
  name: 'by',
  value: 'VALUE',
  repeatable: true,
  help: 'how often each value occurs: type, status, category, version, capability, health or metadata.KEY',
} as const;

export const count: Command = {
  name: 'count',
  summary: 'Count the agents that match all filters, or the values that they have',
  operands: [],
  options: [
    ...FILTERS,
    BY,
    {
      name: 'limit',
      value: 'N',
      number: { min: 1, max: 1000, whole: true },
      help: 'with --by: at most so many values (default 20)',
    },
  ],
  async run({ args, client, output, interruption: signal }) {
    const by = args.list(BY.name);
    const query = listQuery(args);
    if (by === undefined || by.length === 0) {
      const total = await client.count(query, { signal });
      if (output.isTable) output.line(String(total));
      else output.result({ total });
      return EXIT.ok;
    }
    const facets = await client.facets({ ...query, by, limit: args.number('limit') }, { signal });
    const rows = facets.flatMap((facet) =>
      facet.buckets.map(({ value, count: agents }) => ({ by: facet.by, value, count: agents })),
    );
    if (!output.isTable) output.result({ facets }, rows);
    else {
      const cells = rows.map((row) => [{ text: row.by }, { text: String(row.value) }, { text: String(row.count) }]);
      output.table([{ title: 'BY' }, { title: 'VALUE', min: 8 }, { title: 'AGENTS' }], cells);
      for (const { by: name, other_count } of facets) {
        if (other_count > 0) output.note(`${name}: ${other_count} agents have other values; --limit gives more`);
      }
    }
    return EXIT.ok;
  },
};
