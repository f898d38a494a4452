import { activeAgents, agentHealthText } from './fleet-text';

describe('agentHealthText', () => {
  it('escapes what agents call themselves', async () => {
    const text = await agentHealthText([
      { id: 'a\\b', name: 'the "best"\nagent', isHealthy: true },
      { id: 'ü', name: '{}', isHealthy: false },
    ]);
    expect(text.split('\n').slice(2)).toEqual([
      String.raw`agent_health{agent_id="a\\b",name="the \"best\"\nagent"} 1`,
      'agent_health{agent_id="ü",name="{}"} 0',
      '',
    ]);
  });

  it('writes every line once however many there are', async () => {
    const agents = Array.from({ length: 3500 }, (_, i) => ({ id: `a-${i}`, name: 'A', isHealthy: true }));
    const lines = (await agentHealthText(agents)).trimEnd().split('\n').slice(2);
    expect(new Set(lines).size).toBe(3500);
  });
});

describe('activeAgents', () => {
  it('bounds the types and loses no agent', () => {
    const counts = Array.from({ length: 300 }, (_, i) => ({
      type: i === 250 ? 'other' : `t-${i}`,
      status: 'active',
      count: 2,
    }));
    const samples = activeAgents([...counts, { type: 't-0', status: 'inactive', count: 1 }]);
    expect(samples).toHaveLength(102);
    expect(samples.reduce((sum, [, count]) => sum + count, 0)).toBe(601);
    expect(samples).toContainEqual([{ type: 't-0', status: 'inactive' }, 1]);
    expect(samples).toContainEqual([{ type: 'other', status: 'active' }, 400]);
  });
});
