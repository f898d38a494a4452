import { Random } from '../../test/support/random';
import { Availability, type NeedState } from './availability';
import { DependencyGraph, type GraphAgent, type Need } from './dependency-graph';
import { impactOf } from './impact';

const need = (demand: string, extra: Partial<Need> = {}): Need => ({ demand, required: true, min: 1, ...extra });
const optional = (demand: string): Need => need(demand, { required: false });
const agent = (id: string, meets: string[], ...needs: Need[]): GraphAgent => ({ id, isActive: true, meets, needs });
const inactive = (id: string, meets: string[]): GraphAgent => ({ ...agent(id, meets), isActive: false });

function graphOf(agents: readonly GraphAgent[]): DependencyGraph {
  const graph = new DependencyGraph();
  for (const each of agents) graph.put(each);
  return graph;
}

/** The ids of those that are available, in the order in which they were given. */
const availableOf = (agents: readonly GraphAgent[], availability: Availability): string =>
  agents.flatMap(({ id }) => (availability.isAvailable(id) ? [id] : [])).join(' ');

describe('Availability', () => {
  it.each<[string, string, GraphAgent[]]>([
    ['one that needs nothing', 'a', [agent('a', [])]],
    ['none that is not active', '', [inactive('a', [])]],
    ['one whose need is met', 'a b', [agent('a', [], need('ocr')), agent('b', ['ocr'])]],
    ['none whose need nobody meets', 'b', [agent('a', [], need('ocr')), agent('b', [])]],
    ['none whose provider is not active', '', [agent('a', [], need('ocr')), inactive('b', ['ocr'])]],
    ['one with one provider of two', 'a b', [agent('a', [], need('ocr')), agent('b', ['ocr']), inactive('c', ['ocr'])]],
    ['one with fewer than it should have', 'a b', [agent('a', [], need('ocr', { min: 2 })), agent('b', ['ocr'])]],
    ['one that can do without', 'a', [agent('a', [], optional('ocr'))]],
    [
      'none in a chain whose end is missing',
      '',
      [agent('a', [], need('b')), agent('b', ['b'], need('c')), inactive('c', ['c'])],
    ],
    [
      'all of a diamond whose one side stands',
      'a b c d',
      [
        agent('a', [], need('mid')),
        agent('b', ['mid'], need('end')),
        agent('c', ['mid'], need('end')),
        agent('d', ['end']),
      ],
    ],
    ['all of a circle', 'a b', [agent('a', ['a'], need('b')), agent('b', ['b'], need('a'))]],
    [
      'none of a circle that lacks something',
      '',
      [agent('a', ['a'], need('b')), agent('b', ['b'], need('a'), need('gone'))],
    ],
    ['none that would be its own provider', '', [agent('a', ['ocr'], need('ocr'))]],
    ['two that provide for each other', 'a b', [agent('a', ['ocr'], need('ocr')), agent('b', ['ocr'], need('ocr'))]],
  ])('has %s', (_, expected, agents) => {
    expect(availableOf(agents, Availability.of(graphOf(agents)))).toBe(expected);
  });

  it.each<[NeedState, number, number]>([
    ['unsatisfied', 0, 1],
    ['satisfied', 1, 1],
    ['degraded', 1, 2],
    ['satisfied', 2, 2],
    ['satisfied', 3, 2],
  ])('finds a need %s by %d where there should be %d', (state, providers, min) => {
    const asking = agent('a', [], need('ocr', { min }));
    const agents = [asking, ...Array.from({ length: providers }, (_, n) => agent(`p${n}`, ['ocr']))];
    expect(Availability.of(graphOf(agents)).stateOf(asking, asking.needs[0]!)).toBe(state);
  });

  it('goes by the agents as they are set last', () => {
    const graph = graphOf([agent('a', [], need('ocr')), agent('b', ['ocr'])]);
    graph.put(inactive('b', ['ocr']));
    expect(Availability.of(graph).isAvailable('a')).toBe(false);
    graph.put(agent('b', ['other']));
    graph.put(agent('c', ['ocr']));
    expect(Availability.of(graph).isAvailable('a')).toBe(true);
    graph.remove('c');
    expect(Availability.of(graph).isAvailable('a')).toBe(false);
    graph.remove('a');
    expect([...graph.demands.keys()]).toEqual(['other']);
  });

  describe('as random graphs have it', () => {
    const seed = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000);
    const random = new Random(seed);

    it.each(Array.from({ length: 60 }, (_, n) => n))('agrees with the plain definition, %#', () => {
      const agents = randomAgents(random);
      const graph = graphOf(agents);
      const now = Availability.of(graph);
      const naive = naiveAvailability(agents);
      expect([seed, availableOf(agents, now)]).toEqual([seed, agents.flatMap(idIn(naive)).join(' ')]);

      const stopped = new Set(agents.filter(() => random.chance(0.05)).map(({ id }) => id));
      const then = naiveAvailability(agents.filter(({ id }) => !stopped.has(id)));
      const impact = impactOf(graph, now, stopped);
      const broken = agents.filter(({ id }) => naive.has(id) && !then.has(id) && !stopped.has(id));
      expect([seed, impact.breaks.map(({ id }) => id).sort()]).toEqual([seed, broken.map(({ id }) => id).sort()]);
      for (const { path } of impact.breaks) expectPath(graph, path, stopped);

      const degraded = agents.filter(
        (each) => then.has(each.id) && each.needs.some((one) => worsens(agents, each, one, naive, then)),
      );
      expect(impact.degrades.map(({ id }) => id).sort()).toEqual(degraded.map(({ id }) => id).sort());
      expect(impact.safe).toBe(then.size - degraded.length);
    });
  });
});

const idIn =
  (set: ReadonlySet<string>) =>
  ({ id }: GraphAgent): string[] =>
    set.has(id) ? [id] : [];

function randomAgents(random: Random): GraphAgent[] {
  const count = random.between(1, 200);
  const demands = Array.from({ length: random.between(1, count) }, (_, n) => `d${n}`);
  const some = (most: number): string[] => [
    ...new Set(Array.from({ length: random.between(0, most) }, () => random.pick(demands))),
  ];
  return Array.from({ length: count }, (_, n) => ({
    id: `a${n}`,
    isActive: random.chance(0.95),
    meets: some(3),
    needs: some(2).map((demand) => need(demand, { required: random.chance(0.7), min: random.between(1, 3) })),
  }));
}

function providersOf(agents: readonly GraphAgent[], { id }: GraphAgent, { demand }: Need, among: ReadonlySet<string>) {
  return agents.filter((other) => other.id !== id && among.has(other.id) && other.meets.includes(demand)).length;
}

/** The greatest fixed point, as it is defined: all that are active, without those that lack something, again and again. */
function naiveAvailability(agents: readonly GraphAgent[]): Set<string> {
  let available = new Set(agents.filter(({ isActive }) => isActive).map(({ id }) => id));
  for (;;) {
    const left = agents.filter(
      (each) =>
        available.has(each.id) &&
        each.needs.every((one) => !one.required || providersOf(agents, each, one, available) > 0),
    );
    if (left.length === available.size) return available;
    available = new Set(left.map(({ id }) => id));
  }
}

function worsens(
  agents: readonly GraphAgent[],
  each: GraphAgent,
  one: Need,
  before: ReadonlySet<string>,
  after: ReadonlySet<string>,
): boolean {
  const stateAmong = (among: ReadonlySet<string>): NeedState => {
    const count = providersOf(agents, each, one, among);
    if (count === 0) return 'unsatisfied';
    return count < one.min ? 'degraded' : 'satisfied';
  };
  return stateAmong(after) !== 'satisfied' && stateAmong(before) !== stateAmong(after);
}

/** From each to one that it has a required need for, to an agent that stops. */
function expectPath(graph: DependencyGraph, path: readonly string[], stopped: ReadonlySet<string>): void {
  expect(stopped.has(path.at(-1)!)).toBe(true);
  for (const [n, id] of path.slice(0, -1).entries()) {
    const needed = graph.agents.get(id)!.needs.filter(({ required }) => required);
    const provided = graph.agents.get(path[n + 1]!)!.meets;
    expect(needed.some(({ demand }) => provided.includes(demand))).toBe(true);
  }
}
