import type { Demand, DependencyGraph, GraphAgent, Need } from './dependency-graph';

/** How a need is met: by as many available agents as there should be, by fewer, or by none. */
export type NeedState = 'satisfied' | 'degraded' | 'unsatisfied';

/** Why an agent is not available although it is active. */
export interface Fall {
  /** The required need that nobody meets any more. */
  need: Need;
  /** Who met it last; undefined when nobody did from the start. */
  after: string | undefined;
}

/**
 * Which agents are available: those that are active, and of each of whose required needs some available agent takes care. Of all sets of
 * which that is true this is the largest, the greatest fixed point: agents that need each other in a circle, and nobody else, are available.
 */
export class Availability {
  /** Active agents that are not available. */
  readonly fallen: Map<string, Fall>;

  private constructor(
    private readonly graph: DependencyGraph,
    private readonly available: Set<string>,
    /** By demand, how many available agents meet it. */
    private readonly providers: Map<string, number>,
    fallen: Map<string, Fall>,
  ) {
    this.fallen = fallen;
  }

  static of(graph: DependencyGraph): Availability {
    const available = new Set<string>();
    for (const { id, isActive } of graph.agents.values()) if (isActive) available.add(id);
    const providers = new Map<string, number>();
    for (const { key, providers: all } of graph.demands.values())
      providers.set(
        key,
        [...all].reduce((sum, id) => sum + Number(available.has(id)), 0),
      );
    const availability = new Availability(graph, available, providers, new Map());
    availability.settle([...available], undefined);
    return availability;
  }

  isAvailable(id: string): boolean {
    return this.available.has(id);
  }

  /** How many available agents meet a need of an agent, itself aside. */
  countFor({ id }: GraphAgent, { demand }: Need): number {
    const isOwn = this.available.has(id) && this.graph.demands.get(demand)?.providers.has(id);
    return (this.providers.get(demand) ?? 0) - Number(isOwn ?? false);
  }

  stateOf(agent: GraphAgent, need: Need): NeedState {
    const count = this.countFor(agent, need);
    if (count === 0) return 'unsatisfied';
    return count < need.min ? 'degraded' : 'satisfied';
  }

  /** What it would be if these agents stopped. What has fallen by then, and had not before, is in `fallen` with the path to one of them. */
  without(ids: Iterable<string>): Availability {
    const next = new Availability(this.graph, new Set(this.available), new Map(this.providers), new Map(this.fallen));
    const stopped = [...ids].filter((id) => next.available.delete(id));
    for (const id of stopped) next.withdraw(id);
    for (const id of stopped) next.settle(next.affectedBy(id), id);
    return next;
  }

  /** The agents from an agent that has fallen to the one whose stop began it, or as far as that is known. */
  pathOf(id: string): string[] {
    const path = [id];
    for (let at = this.fallen.get(id)?.after; at !== undefined; at = this.fallen.get(at)?.after) path.push(at);
    return path;
  }

  /** Takes out those of the candidates that cannot be available, and what falls with them. */
  private settle(candidates: Iterable<string>, after: string | undefined): void {
    const falling: string[] = [];
    const look = (ids: Iterable<string>, cause: string | undefined): void => {
      for (const id of ids) {
        const need = this.available.has(id) ? this.lackOf(this.graph.agents.get(id)!) : undefined;
        if (!need) continue;
        this.available.delete(id);
        this.fallen.set(id, { need, after: cause });
        falling.push(id);
      }
    };
    look(candidates, after);
    // It grows meanwhile.
    for (const id of falling) {
      this.withdraw(id);
      look(this.affectedBy(id), id);
    }
  }

  private lackOf(agent: GraphAgent): Need | undefined {
    return agent.needs.find((need) => need.required && this.countFor(agent, need) === 0);
  }

  private withdraw(id: string): void {
    for (const key of this.graph.agents.get(id)!.meets) this.providers.set(key, this.providers.get(key)! - 1);
  }

  /** Agents that may lack what the agent met: no other one is left, or only the agent itself that needs it. */
  private *affectedBy(id: string): Generator<string> {
    for (const key of this.graph.agents.get(id)!.meets) {
      const left = this.providers.get(key)!;
      const demand = this.graph.demands.get(key)!;
      if (left === 0) yield* demand.dependents;
      else if (left === 1) yield* this.onlyOf(demand);
    }
  }

  private *onlyOf({ providers, dependents }: Demand): Generator<string> {
    const [fewer, others] = providers.size < dependents.size ? [providers, dependents] : [dependents, providers];
    for (const id of fewer) if (others.has(id)) yield id;
  }
}
