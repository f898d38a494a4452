/** What an agent needs others for. */
export interface Need {
  /** The key of the {@link Demand}: needs that mean the same share one. */
  demand: string;
  /** Without it the agent is not available. */
  required: boolean;
  /** So many providers there should be. */
  min: number;
  /** Its name, or what it says, for people. */
  label?: string;
}

/** An agent as far as dependencies go. */
export interface GraphAgent {
  id: string;
  /** Its status is `active`. */
  isActive: boolean;
  needs: readonly Need[];
  /** The demands that it meets, by what it is; whether it can be called on at present is another question. */
  meets: readonly string[];
}

/** Something that agents need, with those that could give it and those that need it. */
export interface Demand {
  readonly key: string;
  readonly providers: ReadonlySet<string>;
  readonly dependents: ReadonlySet<string>;
}

interface OpenDemand extends Demand {
  readonly providers: Set<string>;
  readonly dependents: Set<string>;
}

/** Who could provide for whom: agents, and the demands between them. An agent never provides for itself. */
export class DependencyGraph {
  private readonly byId = new Map<string, GraphAgent>();
  private readonly byKey = new Map<string, OpenDemand>();

  get agents(): ReadonlyMap<string, GraphAgent> {
    return this.byId;
  }

  /** Those that somebody needs, or that somebody meets. */
  get demands(): ReadonlyMap<string, Demand> {
    return this.byKey;
  }

  /** Sets an agent, whether it was there before or not. */
  put(agent: GraphAgent): void {
    this.remove(agent.id);
    this.byId.set(agent.id, agent);
    for (const { demand } of agent.needs) this.open(demand).dependents.add(agent.id);
    for (const key of agent.meets) this.open(key).providers.add(agent.id);
  }

  remove(id: string): void {
    const agent = this.byId.get(id);
    if (!agent) return;
    this.byId.delete(id);
    for (const { demand } of agent.needs) this.close(demand, ({ dependents }) => dependents.delete(id));
    for (const key of agent.meets) this.close(key, ({ providers }) => providers.delete(id));
  }

  private open(key: string): OpenDemand {
    const known = this.byKey.get(key);
    if (known) return known;
    const demand: OpenDemand = { key, providers: new Set(), dependents: new Set() };
    this.byKey.set(key, demand);
    return demand;
  }

  private close(key: string, forget: (demand: OpenDemand) => void): void {
    const demand = this.byKey.get(key);
    if (!demand) return;
    forget(demand);
    if (demand.providers.size === 0 && demand.dependents.size === 0) this.byKey.delete(key);
  }
}
