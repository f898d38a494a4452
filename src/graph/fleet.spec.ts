import type { AgentDependency } from '../agent/agent-skill';
import { agentRecord } from '../../test/support/builders';
import { Random } from '../../test/support/random';
import type { AgentRecord } from '../registry/dependencies/dependency.reader';
import { Fleet } from './fleet';

const record = (id: string, fields: Partial<AgentRecord> = {}): AgentRecord =>
  agentRecord({ id, name: id, version: '1.0.0', ...fields });

const on = (selector: Partial<AgentDependency>): AgentDependency => ({ required: true, min: 1, ...selector });

/** A fleet that has been told of these agents one after the other, each demand that is new resolved among those before. */
function told(agents: readonly AgentRecord[]): Fleet {
  const fleet = new Fleet();
  const present = new Map<string, AgentRecord>();
  for (const agent of agents) tell(fleet, present, agent);
  return fleet;
}

function tell(fleet: Fleet, present: Map<string, AgentRecord>, agent: AgentRecord): void {
  present.set(agent.id, agent);
  const isOpened = fleet.open([agent]).length > 0;
  fleet.put(agent);
  if (isOpened) for (const other of present.values()) fleet.put(other);
}

function providersOf(fleet: Fleet, id: string): string[][] {
  return fleet.graph.agents.get(id)!.needs.map(({ demand }) => [...fleet.graph.demands.get(demand)!.providers].sort());
}

const PROVIDERS = [
  record('ocr-1', { capabilities: ['ocr', 'nlp/ner'] }),
  record('ocr-2', { skills: [{ id: 'ocr', version: '2.1.0' }], metadata: { team: 'data', api_key: 'k' } }),
  record('deep', { capabilities: ['nlp/en/ner'] }),
  record('plain', { capabilities: ['nlp'] }),
];

describe('Fleet', () => {
  it.each<[Partial<AgentDependency>, string[]]>([
    [{ agent: 'plain' }, ['plain']],
    [{ capability: 'ocr' }, ['ocr-1', 'ocr-2']],
    [{ capability: 'nlp/*' }, ['deep', 'ocr-1']],
    [{ capability: 'nlp/en/*' }, ['deep']],
    [{ skill: 'ocr' }, ['ocr-1', 'ocr-2']],
    [{ skill: 'ocr', version: '^2' }, ['ocr-2']],
    [{ skill: 'ocr', agent: 'ocr-1' }, ['ocr-1']],
    [{ version: '^9' }, []],
    [{ filter: 'agent.metadata.team == "data"' }, ['ocr-2']],
    [{ filter: 'agent.metadata.api_key == "k"' }, []], // a secret, which needs do not see
    [{ capability: 'ocr', filter: 'agent.metadata.team == "data"' }, ['ocr-2']],
  ])('finds who meets %j: %j', (selector, expected) => {
    const asking = record('asking', { version: null, depends_on: [on(selector)] });
    expect(providersOf(told([asking, ...PROVIDERS]), 'asking')).toEqual([expected]);
    expect(providersOf(told([...PROVIDERS, asking]), 'asking')).toEqual([expected]);
  });

  it('holds only agents that need something or that others need', () => {
    const fleet = told([...PROVIDERS, record('asking', { depends_on: [on({ capability: 'ocr' })] })]);
    expect([...fleet.agents.keys()].sort()).toEqual(['asking', 'ocr-1', 'ocr-2']);
    fleet.put(record('asking'));
    expect([fleet.agents.size, fleet.graph.agents.size, fleet.graph.demands.size, fleet.isEmpty]).toEqual([
      0,
      0,
      0,
      true,
    ]);
  });

  it('says what a need says where it has no name', () => {
    const depends_on = [on({ capability: 'ocr', version: '^2' }), on({ agent: 'db', name: 'the store' })];
    const { needs } = told([record('a', { depends_on })]).graph.agents.get('a')!;
    expect(needs).toMatchObject([{ label: 'capability ocr, version ^2' }, { label: 'the store' }]);
  });

  it('has a need that it cannot read met by no agent', () => {
    const fleet = told([record('a', { depends_on: [on({ filter: 'agent.gone == 1' })] }), ...PROVIDERS]);
    expect(fleet.availability.isAvailable('a')).toBe(false);
  });

  it('works out who is available anew when something has changed only', () => {
    const asking = record('asking', { depends_on: [on({ agent: 'plain' })] });
    const fleet = told([asking, ...PROVIDERS]);
    const { availability } = fleet;
    fleet.put(record('plain', { capabilities: ['nlp'], name: 'another name', generation: 2 }));
    expect(fleet.availability).toBe(availability);
    expect(fleet.agents.get('plain')!.name).toBe('another name');
    fleet.put(record('plain', { status: 'unhealthy' }));
    expect(fleet.availability.isAvailable('asking')).toBe(false);
    fleet.put(record('plain', { status: 'deregistered', deregisteredAt: new Date('2026-03-01T12:00:00Z') }));
    expect([...fleet.agents.keys()]).toEqual(['asking']);
  });

  it('is after any changes what it is when told of the agents as they are in the end', () => {
    const seed = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000);
    const random = new Random(seed);
    for (let round = 0; round < 30; round++) {
      const fleet = new Fleet();
      const present = new Map<string, AgentRecord>();
      for (let change = 0; change < 60; change++) tell(fleet, present, randomRecord(random));
      expect([seed, shapeOf(fleet)]).toEqual([seed, shapeOf(told([...present.values()]))]);
    }
  });
});

const SELECTORS: Partial<AgentDependency>[] = [
  { capability: 'a' },
  { capability: 'b' },
  { capability: 'n/*' },
  { agent: 'agent-1' },
  { filter: 'agent.metadata.team == "x"' },
  { capability: 'a', filter: 'agent.metadata.team == "x"' },
];

function randomRecord(random: Random): AgentRecord {
  const isGone = random.chance(0.1);
  return record(`agent-${random.between(0, 9)}`, {
    capabilities: ['a', 'b', 'n/m'].filter(() => random.chance(0.4)),
    metadata: random.chance(0.3) ? { team: 'x' } : {},
    depends_on: SELECTORS.filter(() => random.chance(0.1)).map((selector) => on(selector)),
    status: isGone ? 'deregistered' : random.chance(0.8) ? 'active' : 'unhealthy',
    deregisteredAt: isGone ? new Date('2026-03-01T12:00:00Z') : null,
  });
}

function shapeOf(fleet: Fleet): unknown {
  const sorted = (set: ReadonlySet<string>): string[] => [...set].sort();
  return {
    agents: [...fleet.agents.keys()].sort(),
    demands: [...fleet.graph.demands.values()]
      .map(({ key, providers, dependents }) => [key, sorted(providers), sorted(dependents)])
      .sort(),
    fallen: [...fleet.availability.fallen.keys()].sort(),
  };
}
