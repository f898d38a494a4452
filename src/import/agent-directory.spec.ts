import type { AgentDraft } from './agent-draft';
import { AgentDirectory } from './agent-directory';

function draft(identity: string, name?: string): AgentDraft {
  return { identity, name, capabilities: [], endpoints: new Map(), metadata: new Map() };
}

describe('AgentDirectory', () => {
  it('merges the rows of one identity and remembers their lines', () => {
    const directory = new AgentDirectory();
    expect(directory.add(2, draft('b'))).toBe(false);
    expect(directory.add(3, draft('a'))).toBe(false);
    expect(directory.add(7, draft('b', 'Bee'))).toBe(true);
    const { agents, collisions } = directory.resolve();
    expect(agents.map(({ definition, lines }) => [definition.id, definition.name, lines])).toEqual([
      ['b', 'Bee', [2, 7]],
      ['a', 'a', [3]],
    ]);
    expect(collisions).toEqual([]);
  });

  it('reports different identities of one id instead of merging them', () => {
    const directory = new AgentDirectory();
    directory.add(2, draft('a b'));
    directory.add(3, draft('a/b'));
    directory.add(4, draft('a-b'));
    directory.add(5, draft('a/b'));
    const { agents, collisions } = directory.resolve();
    expect(agents).toHaveLength(1);
    expect(agents[0]?.definition.metadata).toEqual({ original_id: 'a b' });
    const heldBy = { identity: 'a b', line: 2 };
    expect(collisions).toEqual([
      { id: 'a-b', identity: 'a/b', lines: [3, 5], heldBy },
      { id: 'a-b', identity: 'a-b', lines: [4], heldBy },
    ]);
  });
});
