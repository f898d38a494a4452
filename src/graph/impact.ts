import type { Availability } from './availability';
import type { DependencyGraph, Need } from './dependency-graph';
import type { Sees } from './neighbourhood';

/** What happens when agents stop. */
export interface Impact {
  /** Agents that would not be available any more, each with the path: itself, whom it needs, …, one of those that stop. */
  breaks: { id: string; path: string[] }[];
  /** Agents that would stay available with fewer providers than they should have, or without one that they can do without. */
  degrades: { id: string; needs: Need[] }[];
  /** Available agents that would notice nothing. */
  safe: number;
}

/** What the stop of agents would do to the others, as far as they are seen. Agents that are not available anyway are not in it. */
export function impactOf(
  graph: DependencyGraph,
  now: Availability,
  stopped: ReadonlySet<string>,
  sees: Sees = () => true,
): Impact {
  const then = now.without(stopped);
  const touched = dependentsOf(graph, [...stopped, ...[...then.fallen.keys()].filter((id) => !now.fallen.has(id))]);
  const impact: Impact = { breaks: [], degrades: [], safe: 0 };
  for (const agent of graph.agents.values()) {
    const { id, needs } = agent;
    if (stopped.has(id) || !now.isAvailable(id) || !sees(id)) continue;
    if (!touched.has(id)) {
      impact.safe++;
      continue;
    }
    if (!then.isAvailable(id)) {
      impact.breaks.push({ id, path: then.pathOf(id).filter(sees) });
      continue;
    }
    const worse = needs.filter((need) => {
      const state = then.stateOf(agent, need);
      return state !== 'satisfied' && state !== now.stateOf(agent, need);
    });
    if (worse.length > 0) impact.degrades.push({ id, needs: worse });
    else impact.safe++;
  }
  return impact;
}

/** Those that need something which one of these agents meets: for all others everything is as before. */
function dependentsOf(graph: DependencyGraph, ids: readonly string[]): Set<string> {
  const demands = new Set(ids.flatMap((id) => graph.agents.get(id)?.meets ?? []));
  const dependents = new Set<string>();
  for (const key of demands) for (const id of graph.demands.get(key)!.dependents) dependents.add(id);
  return dependents;
}
