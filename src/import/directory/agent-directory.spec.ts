import type { AgentDraft } from '#agent-directory/agent-draft';
import { AgentDirectory } from './agent-directory';

function draft(identity: string, name?: string): AgentDraft {
  return { identity, name, capabilities: [], dependsOn: [], endpoints: new Map(), metadata: new Map() };
}

describe('AgentDirectory', () => {
  it('merges the rows of one identity and remembers their lines', () => {
    const directory = new AgentDirectory();
    expect(directory.add(2, draft('b'))).toBe(false);
    expect(directory.add(3, draft('a'))).toBe(false);
    expect(directory.add(7, draft('b', 'Bee'))).toBe(true);
    const { agents, rejected } = directory.resolve();
    expect(agents.map(({ definition, lines }) => [definition.id, definition.name, lines])).toEqual([
      ['b', 'Bee', [2, 7]],
      ['a', 'a', [3]],
    ]);
    expect(rejected).toEqual([]);
  });

  it('reports different identities of one id instead of merging them', () => {
    const directory = new AgentDirectory();
    directory.add(2, draft('a b'));
    directory.add(3, draft('a/b'));
    directory.add(4, draft('a-b'));
    directory.add(5, draft('a/b'));
    const { agents, rejected } = directory.resolve();
    expect(agents).toHaveLength(1);
    expect(agents[0]?.definition.metadata).toEqual({ original_id: 'a b' });
    const errors = (identity: string) => [
      {
        field: 'agent_id',
        message: `"${identity}" would get the id a-b, which "a b" (line 2) has; only that one is in`,
      },
    ];
    expect(rejected).toEqual([
      { id: 'a-b', lines: [3, 5], code: 'id_collision', errors: errors('a/b') },
      { id: 'a-b', lines: [4], code: 'id_collision', errors: errors('a-b') },
    ]);
  });

  it('sets aside what no request can carry, and counts bytes, not characters', () => {
    const nested = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)) as unknown;
    const directory = new AgentDirectory();
    directory.add(2, draft('fits', 'ä'.repeat(400 * 1024)));
    directory.add(3, draft('large', 'ä'.repeat(600 * 1024)));
    directory.add(4, { ...draft('deep'), metadata: new Map([['note', nested]]) });
    directory.add(5, draft('nul', 'a\0b'));
    const { agents, rejected } = directory.resolve();
    expect(agents).toMatchObject([
      { definition: { id: 'fits' }, bytes: 800 * 1024 + '{"id":"fits","name":""}'.length },
    ]);
    expect(rejected.map(({ lines, id, errors: [error] }) => [lines, id, error?.message])).toEqual([
      [[3], 'large', expect.stringMatching(/^takes 12288\d\d bytes/)],
      [[4], 'deep', expect.stringContaining('nested')],
      [[5], 'nul', expect.stringContaining('NUL')],
    ]);
  });
});
