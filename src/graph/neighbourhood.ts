import type { Availability, NeedState } from './availability';
import type { DependencyGraph, Need } from './dependency-graph';

/** A need of one agent that another one meets. */
export interface Edge {
  from: string;
  to: string;
  need: Need;
  state: NeedState;
}

/** Some agents and how they depend on each other. */
export interface Neighbourhood {
  /** In the order in which they were found, those from which it began first. */
  ids: string[];
  edges: Edge[];
  /** Needs of these agents that no active agent meets. */
  unresolved: { from: string; need: Need }[];
  /** There are more agents or edges than were asked for. */
  isCut: boolean;
}

/** Which agents the one who asks may know of. */
export type Sees = (id: string) => boolean;

const ALL: Sees = () => true;

/** The most edges of an answer: where many agents could provide for many, there are as many as the one times the other. */
const MOST_EDGES = 50_000;

export type Direction = 'dependencies' | 'dependents';

/**
 * The agents that others need, or that need them, up to so many steps away. Of those who could meet a need the active ones are in it,
 * available or not.
 */
export function neighbourhoodOf(
  graph: DependencyGraph,
  availability: Availability,
  from: Iterable<string>,
  { direction, depth, most, sees = ALL }: { direction: Direction; depth: number; most: number; sees?: Sees },
): Neighbourhood {
  const found = new Set([...from].filter((id) => graph.agents.has(id) && sees(id)));
  const next = direction === 'dependencies' ? providersOf : dependentsOf;
  let isCut = false;
  let ring: Iterable<string> = [...found];
  for (let step = 0; step < depth; step++) {
    const further: string[] = [];
    for (const id of ring) {
      for (const other of next(graph, id)) {
        if (found.has(other) || !sees(other)) continue;
        if (found.size >= most) {
          isCut = true;
          continue;
        }
        found.add(other);
        further.push(other);
      }
    }
    if (further.length === 0) break;
    ring = further;
  }
  const rest = among(graph, availability, found);
  return { ids: [...found], ...rest, isCut: isCut || rest.isCut };
}

/** What the agents of a set need of each other, and what they need that nobody has. */
export function among(
  graph: DependencyGraph,
  availability: Availability,
  ids: ReadonlySet<string>,
  mostEdges = MOST_EDGES,
): Omit<Neighbourhood, 'ids'> {
  const edges: Edge[] = [];
  const unresolved: Neighbourhood['unresolved'] = [];
  let isCut = false;
  for (const from of ids) {
    const agent = graph.agents.get(from)!;
    for (const need of agent.needs) {
      const state = availability.stateOf(agent, need);
      let isMet = false;
      for (const to of activeOf(graph, need.demand, from)) {
        isMet = true;
        if (!ids.has(to)) continue;
        if (edges.length >= mostEdges) {
          isCut = true;
          break;
        }
        edges.push({ from, to, need, state });
      }
      if (!isMet) unresolved.push({ from, need });
    }
  }
  return { edges, unresolved, isCut };
}

function* providersOf(graph: DependencyGraph, id: string): Generator<string> {
  for (const { demand } of graph.agents.get(id)!.needs) yield* activeOf(graph, demand, id);
}

function* dependentsOf(graph: DependencyGraph, id: string): Generator<string> {
  for (const key of graph.agents.get(id)!.meets)
    for (const other of graph.demands.get(key)!.dependents) if (other !== id) yield other;
}

function* activeOf(graph: DependencyGraph, key: string, except: string): Generator<string> {
  for (const id of graph.demands.get(key)!.providers) if (id !== except && graph.agents.get(id)!.isActive) yield id;
}

/**
 * The groups of agents that need each other, each in a circle or several, by Tarjan's algorithm (1972) without recursion: circles may be as
 * long as the fleet is large.
 */
export function cyclesIn(ids: readonly string[], edges: readonly Edge[]): string[][] {
  const targets = new Map<string, string[]>(ids.map((id) => [id, []]));
  for (const { from, to } of edges) targets.get(from)!.push(to);
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const open: string[] = [];
  const isOpen = new Set<string>();
  const cycles: string[][] = [];
  for (const root of ids) {
    if (order.has(root)) continue;
    const path = [enter(root)];
    while (path.length > 0) {
      const { id, rest } = path.at(-1)!;
      const target = rest.next();
      if (!target.done) {
        if (!order.has(target.value)) path.push(enter(target.value));
        else if (isOpen.has(target.value)) lower(id, order.get(target.value)!);
        continue;
      }
      path.pop();
      const before = path.at(-1);
      if (before) lower(before.id, low.get(id)!);
      if (low.get(id) === order.get(id)) leave(id);
    }
  }
  return cycles;

  function enter(id: string): { id: string; rest: Iterator<string> } {
    order.set(id, order.size);
    low.set(id, order.get(id)!);
    open.push(id);
    isOpen.add(id);
    return { id, rest: targets.get(id)![Symbol.iterator]() };
  }

  function lower(id: string, to: number): void {
    if (to < low.get(id)!) low.set(id, to);
  }

  function leave(id: string): void {
    const group = open.splice(open.lastIndexOf(id));
    for (const each of group) isOpen.delete(each);
    if (group.length > 1) cycles.push(group.sort());
  }
}
