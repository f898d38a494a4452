import { agentFilter } from './filter-expression';
import type { AgentCriteria } from './agent-criteria';
import { hashOf } from './agent-count-cache';

const query = (criteria: Partial<AgentCriteria>): AgentCriteria => {
  return { types: [], statuses: [], categories: [], capabilities: [], metadata: [], ...criteria };
};

describe('the name of a total', () => {
  it.each<[string, Partial<AgentCriteria>, Partial<AgentCriteria>]>([
    ['the order of what is given', { types: ['a', 'b'] }, { types: ['b', 'a'] }],
    ['how often it is given', { capabilities: ['a', 'a'] }, { capabilities: ['a'] }],
    [
      'the spaces of an expression',
      { filter: agentFilter('agent.type=="a"') },
      { filter: agentFilter('agent.type == "a"') },
    ],
  ])('does not depend on %s', (_, one, other) => {
    expect(hashOf(query(one))).toBe(hashOf(query(other)));
  });

  /** A filter that is added must be added here. */
  const questions: { [Criterion in keyof Required<AgentCriteria>]: AgentCriteria[Criterion][] } = {
    types: [['a'], ['a', 'b'], ['a,b']],
    categories: [['a']],
    capabilities: [['a']],
    name: ['a', ''],
    version: ['a'],
    health: [['stale'], ['healthy'], ['stale', 'healthy']],
    statuses: [['active']],
    metadata: [[['a', 'b']], [['a', 'c']], [['ab', '']]],
    owner: ['a', null],
    isOffered: [true],
    filter: ['true', 'agent.type == "a"', 'agent.type == "b"'].map((text) => agentFilter(text)),
    sight: [{ owner: null }, { owner: 'ann' }],
    where: [agentFilter('true')],
  };

  it('keeps the totals of different criteria apart', () => {
    const all = Object.entries(questions).flatMap(([name, values]) => values.map((value) => query({ [name]: value })));
    expect(new Set([query({}), ...all].map(hashOf)).size).toBe(all.length + 1);
  });
});
