import { Availability } from './availability';
import { DependencyGraph, type GraphAgent, type Need } from './dependency-graph';
import { dotOf, mermaidOf } from './graph-text';
import { among, cyclesIn, neighbourhoodOf, type Direction, type Edge } from './neighbourhood';

const need = (demand: string, extra: Partial<Need> = {}): Need => ({ demand, required: true, min: 1, ...extra });
const agent = (id: string, meets: string[], ...needs: Need[]): GraphAgent => ({ id, isActive: true, meets, needs });

/** front → (ocr: ocr-1, ocr-2) → store; front → cache, which is optional; ocr-2 is not active; audit → gone. */
const FLEET: GraphAgent[] = [
  agent('front', [], need('ocr'), need('cache', { required: false })),
  agent('ocr-1', ['ocr'], need('store', { min: 2 })),
  { ...agent('ocr-2', ['ocr'], need('store')), isActive: false },
  agent('store', ['store']),
  agent('cache', ['cache']),
  agent('audit', [], need('gone'), need('store')),
];

function graphOf(agents: readonly GraphAgent[]): DependencyGraph {
  const graph = new DependencyGraph();
  for (const each of agents) graph.put(each);
  return graph;
}

const edge = ([from, to]: string): Edge => ({ from: from!, to: to!, need: need('x'), state: 'satisfied' });

describe('neighbourhoodOf', () => {
  const graph = graphOf(FLEET);
  const availability = Availability.of(graph);
  const from = (id: string, direction: Direction, depth: number, most = 100) =>
    neighbourhoodOf(graph, availability, [id], { direction, depth, most });

  it.each<[string, Direction, number, string]>([
    ['front', 'dependencies', 1, 'front ocr-1 cache'],
    ['front', 'dependencies', 2, 'front ocr-1 cache store'],
    ['front', 'dependencies', 16, 'front ocr-1 cache store'],
    ['store', 'dependents', 1, 'store ocr-1 ocr-2 audit'],
    ['store', 'dependents', 2, 'store ocr-1 ocr-2 audit front'],
    ['store', 'dependencies', 16, 'store'],
    ['unknown', 'dependents', 16, ''],
  ])('of %s has the %s up to %d away: %s', (id, direction, depth, expected) => {
    expect(from(id, direction, depth).ids.join(' ')).toBe(expected);
  });

  it('has each need with how it is met, and those that nobody meets', () => {
    const { edges } = from('front', 'dependencies', 2);
    expect(edges.map((each) => `${each.from} ${each.to} ${each.state} ${each.need.required}`)).toEqual([
      'front ocr-1 satisfied true',
      'front cache satisfied false',
      'ocr-1 store degraded true',
    ]);
    expect(from('audit', 'dependencies', 1).unresolved).toEqual([{ from: 'audit', need: need('gone') }]);
  });

  it('ends with so many agents, and says that there are more', () => {
    expect(from('front', 'dependencies', 16, 2)).toMatchObject({ ids: ['front', 'ocr-1'], isCut: true });
    expect(from('front', 'dependencies', 16, 4).isCut).toBe(false);
  });
});

describe('cyclesIn', () => {
  it.each<[string, string[], string[][]]>([
    ['no edges', [], []],
    ['a chain', ['ab', 'bc'], []],
    ['a circle of two', ['ab', 'ba'], [['a', 'b']]],
    ['a circle behind a chain', ['ab', 'bc', 'cd', 'db'], [['b', 'c', 'd']]],
    ['two circles with one agent in common', ['ab', 'ba', 'bc', 'cb'], [['a', 'b', 'c']]],
    [
      'two circles, one leading to the other',
      ['ab', 'ba', 'bc', 'cd', 'dc'],
      [
        ['c', 'd'],
        ['a', 'b'],
      ],
    ],
    ['a diamond', ['ab', 'ac', 'bd', 'cd'], []],
  ])('finds in %s', (_, pairs, expected) => {
    expect(cyclesIn(['a', 'b', 'c', 'd'], pairs.map(edge))).toEqual(expected);
  });

  it('finds a circle of a hundred thousand', () => {
    const ids = Array.from({ length: 100_000 }, (_, n) => String(n));
    const edges = ids.map((from, n) => ({ ...edge('ab'), from, to: ids[(n + 1) % ids.length]! }));
    expect(cyclesIn(ids, edges)).toHaveLength(1);
  });
});

describe('drawings', () => {
  const graph = graphOf(FLEET);
  const availability = Availability.of(graph);
  const agents = ['ocr-1', 'store', 'audit'].map((id) => ({
    id,
    name: id === 'store' ? 'The "store"\n\\ [1]' : id,
    isAvailable: availability.isAvailable(id),
  }));
  const { edges } = among(graph, availability, new Set(agents.map(({ id }) => id)));

  it('are in the language of Graphviz', () => {
    expect(dotOf(agents, edges)).toBe(
      [
        'digraph agents {',
        '  rankdir=LR;',
        '  node [shape=box];',
        '  "ocr-1" [label="ocr-1"];',
        String.raw`  "store" [label="The \"store\" \\ [1]"];`,
        '  "audit" [label="audit", style=dashed, color=red];',
        '  "ocr-1" -> "store" [color=orange];',
        '  "audit" -> "store";',
        '}\n',
      ].join('\n'),
    );
  });

  it('are in the language of Mermaid', () => {
    expect(mermaidOf(agents, edges)).toBe(
      [
        'flowchart LR',
        '  a0["ocr-1"]',
        '  a1["The #34;store#34;#10;#92; #91;1#93;"]',
        '  a2["audit"]:::unavailable',
        '  a0 --> a1',
        '  a2 --> a1',
        '  classDef unavailable stroke:#c00,stroke-dasharray:4\n',
      ].join('\n'),
    );
  });
});
