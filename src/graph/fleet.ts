import { LRUCache } from 'lru-cache';
import type { AgentDependency } from '../agent/agent-skill';
import type { AgentStatus } from '../agent/agent-status';
import { DomainError } from '../platform/validation/domain-error';
import type { AgentRecord } from '../registry/dependencies/dependency.reader';
import { Selector } from '../registry/selector/selector';
import { Availability } from './availability';
import { DemandIndex } from './demand-index';
import { DependencyGraph, type Need } from './dependency-graph';

/** What answers say of an agent. */
export interface FleetAgent {
  id: string;
  name: string;
  type: string;
  status: AgentStatus;
}

/** The needs of an agent, with the selectors of those that can be resolved. */
interface Needs {
  needs: Need[];
  selectors: Selector[];
}

const NO_NEEDS: Needs = { needs: [], selectors: [] };

/** Agents that depend on others, those that these depend on, and what follows. Not safe to change while it is being asked. */
export class Fleet {
  readonly graph = new DependencyGraph();
  private readonly index = new DemandIndex();
  private readonly known = new Map<string, FleetAgent>();
  private current: Availability | undefined;

  get agents(): ReadonlyMap<string, FleetAgent> {
    return this.known;
  }

  /** Whether no agent depends on any other. */
  get isEmpty(): boolean {
    return this.known.size === 0;
  }

  /** Who is available, as of the last change. */
  get availability(): Availability {
    return (this.current ??= Availability.of(this.graph));
  }

  selectorOf(demand: string): Selector | undefined {
    return this.index.get(demand);
  }

  /** What these agents need and no agent has needed so far. From now on each agent that is {@link put} is compared with it. */
  open(agents: Iterable<AgentRecord>): Selector[] {
    const opened: Selector[] = [];
    for (const agent of agents) {
      for (const selector of needsOf(agent).selectors) {
        if (this.index.has(selector.canonical)) continue;
        this.index.add(selector);
        opened.push(selector);
      }
    }
    return opened;
  }

  /** Sets an agent as it is now; {@link open} comes first. */
  put(agent: AgentRecord): void {
    this.place(agent, this.index.metBy(agent));
  }

  /** Sets an agent of which is known which of the wide demands it meets. */
  putWith(agent: AgentRecord, wide: readonly string[]): void {
    this.place(agent, [...this.index.metBy(agent, false), ...wide]);
  }

  /** Sets an agent of which is known what it meets. */
  place(agent: AgentRecord, meets: readonly string[]): void {
    const { id, name, type, status } = agent;
    const { needs } = needsOf(agent);
    if (agent.deregisteredAt || (needs.length === 0 && meets.length === 0)) return this.remove(id);
    const before = this.graph.agents.get(id);
    this.known.set(id, { id, name, type, status });
    const next = { id, isActive: status === 'active', needs, meets };
    if (before && isSame(before, next)) return;
    this.current = undefined;
    this.graph.put(next);
    if (before) this.dropUnneeded(before.needs);
  }

  /** Forgets an agent. */
  remove(id: string): void {
    const before = this.graph.agents.get(id);
    if (!before) return;
    this.current = undefined;
    this.known.delete(id);
    this.graph.remove(id);
    this.dropUnneeded(before.needs);
  }

  /** What is needed no more is met by no one: agents that met only that are held no longer. */
  private dropUnneeded(needs: readonly Need[]): void {
    for (const { demand: key } of needs) {
      const demand = this.graph.demands.get(key);
      if (demand && demand.dependents.size > 0) continue;
      this.index.delete(key);
      for (const id of demand ? [...demand.providers] : []) {
        const agent = this.graph.agents.get(id)!;
        const meets = agent.meets.filter((other) => other !== key);
        if (meets.length > 0 || agent.needs.length > 0) this.graph.put({ ...agent, meets });
        else {
          this.graph.remove(id);
          this.known.delete(id);
        }
      }
    }
  }
}

function isSame(
  one: { isActive: boolean; needs: readonly Need[]; meets: readonly string[] },
  other: { isActive: boolean; needs: readonly Need[]; meets: readonly string[] },
): boolean {
  if (one.isActive !== other.isActive) return false;
  return JSON.stringify([one.needs, one.meets]) === JSON.stringify([other.needs, other.meets]);
}

/** Many agents say the same, and to read an expression takes a tenth of a millisecond. */
const selectors = new LRUCache<string, Selector>({ max: 20_000 });

/** @throws DomainError when an earlier release took what this one cannot read */
function selectorOf({ agent, capability, skill, version, filter }: AgentDependency): Selector {
  const said = { agent, capability, skill, version, filter };
  const key = JSON.stringify(said);
  let selector = selectors.get(key);
  if (!selector) selectors.set(key, (selector = new Selector(said)));
  return selector;
}

const remembered = new WeakMap<AgentRecord, Needs>();

function needsOf(agent: AgentRecord): Needs {
  if (agent.depends_on.length === 0 || agent.deregisteredAt) return NO_NEEDS;
  let known = remembered.get(agent);
  if (!known) remembered.set(agent, (known = readNeeds(agent)));
  return known;
}

function readNeeds({ depends_on }: AgentRecord): Needs {
  const read: Needs = { needs: [], selectors: [] };
  for (const dependency of depends_on) {
    const { name, required, min } = dependency;
    let selector: Selector | undefined;
    try {
      selector = selectorOf(dependency);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
    }
    // What an earlier release took and this one cannot read is met by no agent.
    const demand = selector?.canonical ?? `unreadable ${JSON.stringify(dependency)}`;
    read.needs.push({ demand, required, min, label: name ?? labelOf(selector) });
    if (selector) read.selectors.push(selector);
  }
  return read;
}

function labelOf(selector: Selector | undefined): string {
  return selector ? selector.requirements.map(({ name, text }) => `${name} ${text}`).join(', ') : '';
}
