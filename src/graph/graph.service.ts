import { Injectable } from '@nestjs/common';
import { agentNotFound } from '../agent/agent.errors';
import { decide } from '../platform/access/access-rule';
import { isNarrowed, type Principal } from '../platform/access/principal';
import { AgentReader } from '../registry/agent.reader';
import { AgentAvailability, type Breakage } from '../registry/dependencies/agent-availability';
import { DependencyReader } from '../registry/dependencies/dependency.reader';
import type { AgentFilter } from '../registry/search/filter-expression';
import { presentedNearMiss } from '../registry/selector/selector.dto';
import { scopeOf, SelectorResolver } from '../registry/selector/selector.resolver';
import { requirementOf } from '../registry/selector/selector';
import type { Need } from './dependency-graph';
import type { GraphDto, GraphNodeDto, ImpactDto, UnresolvedDependencyDto } from './dto/graph.dto';
import type { Fleet, FleetAgent } from './fleet';
import { FleetGraph } from './fleet-graph';
import { dotOf, mermaidOf } from './graph-text';
import { impactOf } from './impact';
import { among, cyclesIn, neighbourhoodOf, type Direction, type Neighbourhood, type Sees } from './neighbourhood';

/** The most agents of an answer. */
export const MOST_AGENTS = 5_000;
const MOST_CAPABILITIES = 5_000;
/** The most agents of a refusal. */
const MOST_BROKEN = 100;

/** For so many dependencies that no agent meets, and so many agents of each, near misses are looked for. */
const NEAR_MISSES = { dependencies: 10, each: 3 };
const IS_ACTIVE = requirementOf('status', 'agent.status == "active"');

/** Part of the fleet, for an answer in one format or another. */
export interface FleetPart {
  fleet: Fleet;
  part: Neighbourhood;
}

/** Answers who depends on whom. Agents that a caller may not read are in no answer. */
@Injectable()
export class GraphService {
  constructor(
    private readonly index: FleetGraph,
    private readonly agents: AgentReader,
    private readonly reader: DependencyReader,
    private readonly resolver: SelectorResolver,
    availability: AgentAvailability,
  ) {
    availability.foresee((id, principal) => this.breakage(id, principal));
  }

  /**
   * The agents up to so many steps away from one, that it needs or that need it.
   * @throws DomainError `agent_not_found`, `agent_deregistered`, `graph_unavailable`
   */
  async neighbours(id: string, direction: Direction, depth: number, principal: Principal): Promise<GraphDto> {
    const { fleet, sees, agent } = await this.about(id, principal);
    const part = neighbourhoodOf(fleet.graph, fleet.availability, [id], { direction, depth, most: MOST_AGENTS, sees });
    const graph = graphOf(fleet, part);
    if (graph.nodes.length === 0) graph.nodes.push({ ...agent, available: agent.status === 'active' });
    const unresolved = part.unresolved.slice(0, NEAR_MISSES.dependencies);
    await Promise.all(
      unresolved.map(async ({ from, need }, place) => {
        graph.unresolved[place]!.near_misses = await this.nearMissesOf(fleet, from, need, principal);
      }),
    );
    return graph;
  }

  /** What happens when one agent stops. Throws as {@link neighbours} does. */
  async impactOfOne(id: string, principal: Principal): Promise<ImpactDto> {
    const [, last] = await Promise.all([
      this.index.upToDate(),
      this.reader.lastProvided([id], scopeOf(principal), MOST_CAPABILITIES + 1),
    ]);
    const { fleet, sees } = await this.about(id, principal);
    return impact(fleet, new Set([id]), sees, last);
  }

  /**
   * What happens when all agents stop for which an expression is true.
   * @throws DomainError `invalid_filter` when it takes too long, `graph_unavailable`
   */
  async impactOfAll(filter: AgentFilter, principal: Principal): Promise<ImpactDto> {
    const fleet = await this.index.upToDate();
    const scope = scopeOf(principal);
    const [sees, stopped, last] = await Promise.all([
      this.seenBy(principal, fleet),
      this.reader.readable([...fleet.agents.keys()], scope, filter),
      this.reader.lastProvided(filter, scope, MOST_CAPABILITIES + 1),
    ]);
    return impact(fleet, stopped, sees, last);
  }

  /**
   * The agents that depend on others or that others depend on, in the order of their ids, and how they depend on each other.
   * @throws DomainError `invalid_filter` when the expression takes too long, `graph_unavailable`
   */
  async part(filter: AgentFilter | undefined, limit: number, principal: Principal): Promise<FleetPart> {
    const fleet = await this.index.present();
    const isWhole = filter === undefined && !isNarrowed(principal);
    const all = [...fleet.agents.keys()];
    const readable = isWhole ? all : [...(await this.reader.readable(all, scopeOf(principal), filter))];
    const ids = readable.filter((id) => fleet.agents.has(id)).sort((a, b) => (a < b ? -1 : 1));
    const chosen = ids.slice(0, limit);
    const rest = among(fleet.graph, fleet.availability, new Set(chosen));
    return { fleet, part: { ids: chosen, ...rest, isCut: rest.isCut || ids.length > limit } };
  }

  /** What would break without an agent, whether the caller may read it or not. */
  private async breakage(id: string, principal: Principal): Promise<Breakage> {
    const fleet = await this.index.upToDate();
    const mayRead = decide(principal, 'read') === 'granted';
    const sees = mayRead ? await this.seenBy(principal, fleet) : (other: string) => other === id;
    const { breaks } = impactOf(fleet.graph, fleet.availability, new Set([id]));
    const seen = breaks.filter((broken) => sees(broken.id)).slice(0, MOST_BROKEN);
    return {
      isSafe: breaks.length === 0,
      breaks: seen.map((broken) => ({ id: broken.id, path: broken.path.filter(sees) })),
    };
  }

  private async about(id: string, principal: Principal): Promise<{ fleet: Fleet; sees: Sees; agent: FleetAgent }> {
    const { name, type, status } = await this.agents.read(id);
    const fleet = await this.index.present();
    const sees = await this.seenBy(principal, fleet, id);
    if (!sees(id)) throw agentNotFound(id);
    return { fleet, sees, agent: { id, name, type, status } };
  }

  private async seenBy(principal: Principal, fleet: Fleet, ...others: string[]): Promise<Sees> {
    if (!isNarrowed(principal)) return () => true;
    const readable = await this.reader.readable([...fleet.agents.keys(), ...others], scopeOf(principal));
    return (id) => readable.has(id);
  }

  private async nearMissesOf(
    fleet: Fleet,
    from: string,
    { demand }: Need,
    principal: Principal,
  ): Promise<UnresolvedDependencyDto['near_misses']> {
    const selector = fleet.selectorOf(demand);
    if (!selector) return [];
    const options = { scope: scopeOf(principal), limit: 1, nearMisses: NEAR_MISSES.each + 1, also: [IS_ACTIVE] };
    const { near_misses } = await this.resolver.resolve(selector, options);
    return near_misses
      .filter(({ agent }) => agent.id !== from)
      .slice(0, NEAR_MISSES.each)
      .map(presentedNearMiss);
  }
}

/** Agents and edges as JSON has them. */
export function graphOf(fleet: Fleet, { ids, edges, unresolved, isCut }: Neighbourhood): GraphDto {
  return {
    nodes: nodesOf(fleet, ids),
    edges: edges.map(({ from, to, need, state }) => ({ from, to, ...said(need), state })),
    cycles: cyclesIn(ids, edges),
    unresolved: unresolved.map(({ from, need }) => ({ from, ...said(need), near_misses: [] })),
    truncated: isCut,
  };
}

/** The same as a drawing. */
export function drawingOf({ fleet, part: { ids, edges } }: FleetPart, format: 'dot' | 'mermaid'): string {
  const agents = nodesOf(fleet, ids).map(({ id, name, available }) => ({ id, name, isAvailable: available }));
  return format === 'dot' ? dotOf(agents, edges) : mermaidOf(agents, edges);
}

function nodesOf({ agents, availability }: Fleet, ids: readonly string[]): GraphNodeDto[] {
  return ids.map((id) => ({ ...agents.get(id)!, available: availability.isAvailable(id) }));
}

function said({ label = '', required }: Need): { dependency: string; required: boolean } {
  return { dependency: label, required };
}

function impact(fleet: Fleet, stopped: ReadonlySet<string>, sees: Sees, last: string[]): ImpactDto {
  const { breaks, degrades, safe } = impactOf(fleet.graph, fleet.availability, stopped, sees);
  const short = (id: string): { id: string; name: string; type: string } => {
    const { name, type } = fleet.agents.get(id)!;
    return { id, name, type };
  };
  return {
    breaks: breaks.slice(0, MOST_AGENTS).map(({ id, path }) => ({ ...short(id), path })),
    degrades: degrades
      .slice(0, MOST_AGENTS)
      .map(({ id, needs }) => ({ ...short(id), dependencies: needs.map((need) => said(need).dependency) })),
    safe,
    last_providers_of: last.slice(0, MOST_CAPABILITIES),
    truncated: breaks.length > MOST_AGENTS || degrades.length > MOST_AGENTS || last.length > MOST_CAPABILITIES,
  };
}
