import { meetsNeed, type AgentRecord } from '../registry/dependencies/dependency.reader';
import { capabilitiesOf } from '../registry/search/capabilities.sql';
import type { Requirement, Selector } from '../registry/selector/selector';

/** The key of those that name no agent, capability or skill. */
const WIDE = '';

/** Selectors of needs, found by what an agent is: each agent is compared with few of them. */
export class DemandIndex {
  private readonly selectors = new Map<string, Selector>();
  /** By what leads to them; each with the requirements that this does not answer already. */
  private readonly buckets = new Map<string, Map<string, readonly Requirement[]>>();

  get size(): number {
    return this.selectors.size;
  }

  has(key: string): boolean {
    return this.selectors.has(key);
  }

  get(key: string): Selector | undefined {
    return this.selectors.get(key);
  }

  add(selector: Selector): void {
    this.selectors.set(selector.canonical, selector);
    const { key: bucket, answers } = bucketOf(selector);
    const rest = selector.requirements.filter(({ name }) => name !== answers);
    const known = this.buckets.get(bucket);
    if (known) known.set(selector.canonical, rest);
    else this.buckets.set(bucket, new Map([[selector.canonical, rest]]));
  }

  delete(key: string): void {
    const selector = this.selectors.get(key);
    if (!selector) return;
    this.selectors.delete(key);
    const { key: bucket } = bucketOf(selector);
    const known = this.buckets.get(bucket)!;
    known.delete(key);
    if (known.size === 0) this.buckets.delete(bucket);
  }

  /** The keys of the demands that an agent meets, with or without those that are wide. */
  metBy(agent: AgentRecord, withWide = true): string[] {
    const met: string[] = [];
    for (const bucket of bucketsOf(agent)) {
      if (bucket === WIDE && !withWide) continue;
      for (const [key, rest] of this.buckets.get(bucket) ?? []) if (meetsNeed(rest, agent)) met.push(key);
    }
    return met;
  }
}

/** Whether every agent would have to be compared with it. */
export function isWide(selector: Selector): boolean {
  return bucketOf(selector).key === WIDE;
}

/** Where a selector is found, and which of its requirements all agents meet that lead there. */
function bucketOf({ requirements }: Selector): { key: string; answers?: string } {
  const said = new Map(requirements.map(({ name, text }) => [name, text]));
  const agent = said.get('agent');
  if (agent !== undefined) return { key: `agent ${agent}`, answers: 'agent' };
  const skill = said.get('skill');
  if (skill !== undefined) return { key: `capability ${skill}`, answers: 'skill' };
  const capability = said.get('capability');
  if (capability === undefined) return { key: WIDE };
  const isBeginning = capability.endsWith('/*');
  const key = isBeginning ? `beginning ${capability.slice(0, -1)}` : `capability ${capability}`;
  return { key, answers: 'capability' };
}

/** Where the demands are that an agent may meet, each once. */
function bucketsOf(agent: AgentRecord): Set<string> {
  const buckets = new Set([WIDE, `agent ${agent.id}`]);
  for (const capability of capabilitiesOf(agent)) {
    buckets.add(`capability ${capability}`);
    for (let at = capability.indexOf('/'); at >= 0; at = capability.indexOf('/', at + 1))
      buckets.add(`beginning ${capability.slice(0, at + 1)}`);
  }
  return buckets;
}
