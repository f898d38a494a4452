import { meetsNeed, type AgentRecord } from '../registry/dependencies/dependency.reader';
import { capabilitiesOf } from '../registry/search/capabilities.sql';
import type { Selector } from '../registry/selector/selector';

/** The key of those that name no agent, capability or skill. */
const WIDE = '';

/** Selectors of needs, found by what an agent is: each agent is compared with few of them. */
export class DemandIndex {
  private readonly selectors = new Map<string, Selector>();
  private readonly buckets = new Map<string, Set<string>>();

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
    const bucket = bucketOf(selector);
    const known = this.buckets.get(bucket);
    if (known) known.add(selector.canonical);
    else this.buckets.set(bucket, new Set([selector.canonical]));
  }

  delete(key: string): void {
    const selector = this.selectors.get(key);
    if (!selector) return;
    this.selectors.delete(key);
    const bucket = bucketOf(selector);
    const known = this.buckets.get(bucket)!;
    known.delete(key);
    if (known.size === 0) this.buckets.delete(bucket);
  }

  /** The keys of the demands that an agent meets, with or without those that are wide. */
  metBy(agent: AgentRecord, withWide = true): string[] {
    const met: string[] = [];
    for (const bucket of bucketsOf(agent)) {
      if (bucket === WIDE && !withWide) continue;
      for (const key of this.buckets.get(bucket) ?? []) if (meetsNeed(this.selectors.get(key)!, agent)) met.push(key);
    }
    return met;
  }
}

/** Whether every agent would have to be compared with it. */
export function isWide(selector: Selector): boolean {
  return bucketOf(selector) === WIDE;
}

function bucketOf({ requirements }: Selector): string {
  const said = new Map(requirements.map(({ name, text }) => [name, text]));
  const agent = said.get('agent');
  if (agent !== undefined) return `agent ${agent}`;
  const skill = said.get('skill');
  if (skill !== undefined) return `capability ${skill}`;
  const capability = said.get('capability');
  if (capability === undefined) return WIDE;
  return capability.endsWith('/*') ? `beginning ${capability.slice(0, -1)}` : `capability ${capability}`;
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
