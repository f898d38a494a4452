import type { AgentQuery } from './agent-query';
import { hashOf } from './agent-totals';

const query = (criteria: Partial<AgentQuery>): AgentQuery => {
  return { types: [], statuses: [], categories: [], capabilities: [], metadata: [], limit: 100, ...criteria };
};

describe('the name of a total', () => {
  it.each<[string, Partial<AgentQuery>, Partial<AgentQuery>]>([
    ['the order of what is given', { types: ['a', 'b'] }, { types: ['b', 'a'] }],
    ['how often it is given', { capabilities: ['a', 'a'] }, { capabilities: ['a'] }],
    ['the page', { types: ['a'], limit: 1, after: 'x' }, { types: ['a'] }],
  ])('does not depend on %s', (_, one, other) => {
    expect(hashOf(query(one))).toBe(hashOf(query(other)));
  });

  it('tells different questions apart', () => {
    const questions: Partial<AgentQuery>[] = [
      {},
      { types: ['a'] },
      { types: ['a', 'b'] },
      { types: ['a,b'] },
      { categories: ['a'] },
      { capabilities: ['a'] },
      { name: 'a' },
      { name: '' },
      { version: 'a' },
      { health: 'stale' },
      { health: 'healthy' },
      { statuses: ['active'] },
      { metadata: [['a', 'b']] },
      { metadata: [['a', 'c']] },
      { metadata: [['ab', '']] },
    ];
    expect(new Set(questions.map((criteria) => hashOf(query(criteria)))).size).toBe(questions.length);
  });
});
