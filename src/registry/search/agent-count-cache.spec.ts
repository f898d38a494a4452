import type { AgentQuery } from './agent-query';
import { hashOf } from './agent-count-cache';

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

  /** A filter that is added must be added here. */
  const questions: { [Criterion in keyof Required<Omit<AgentQuery, 'limit' | 'after'>>]: AgentQuery[Criterion][] } = {
    types: [['a'], ['a', 'b'], ['a,b']],
    categories: [['a']],
    capabilities: [['a']],
    name: ['a', ''],
    version: ['a'],
    health: ['stale', 'healthy'],
    statuses: [['active']],
    metadata: [[['a', 'b']], [['a', 'c']], [['ab', '']]],
    owner: ['a', null],
    isOffered: [true],
  };

  it('tells different questions apart', () => {
    const all = Object.entries(questions).flatMap(([name, values]) => values.map((value) => query({ [name]: value })));
    expect(new Set([query({}), ...all].map(hashOf)).size).toBe(all.length + 1);
  });
});
