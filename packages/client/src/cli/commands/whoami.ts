import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { printable } from '../text-width.js';

export const whoami: Command = {
  name: 'whoami',
  summary: 'Show whose token this is, what it is good for and when it ends',
  operands: [],
  options: [],
  async run({ client, output, interruption: signal }) {
    const identity = await client.whoAmI({ signal });
    if (!output.isTable) {
      output.result(identity);
      return EXIT.ok;
    }
    const { name, kind, scopes, where, expires_at, owner } = identity;
    output.pairs([
      ['name', { text: printable(name ?? '') }],
      ['kind', { text: kind }],
      ['scopes', { text: scopes.join(' ') }],
      ['where', { text: printable(where ?? '') }],
      ['expires_at', { text: expires_at ?? '' }],
      ...(owner === undefined ? [] : [['owner', { text: printable(owner) }] as const]),
    ]);
    return EXIT.ok;
  },
};
