import * as fc from 'fast-check';
import { agentFilter } from '../search/filter-expression';
import { Selector, type SelectorRequest } from './selector';
import { selectorStatement } from './selector.sql';

const CONTEXT = { timeoutSeconds: 30, now: new Date('2026-03-01T12:00:00Z') };

const sqlOf = (request: SelectorRequest, where: string): string => {
  const scope = { where: agentFilter(`agent.name == ${JSON.stringify(where)}`), sight: { owner: where } };
  return selectorStatement(new Selector(request), { scope, limit: 10, nearMisses: 10 }, CONTEXT).sql;
};

/** What a client might send in the hope of ending up in the SQL. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }).filter((text) => !/\0|\/\*$/.test(text)),
  fc.constantFrom(
    `'; DROP TABLE agents; --`,
    `' OR '1'='1`,
    '$1',
    '$$',
    "$'",
    '$&',
    '\\',
    '"',
    '\u00010\u0001',
    'NULL',
    '{}',
  ),
);

describe('selectorStatement', () => {
  it('has nothing of what the client says in its text', () => {
    fc.assert(
      fc.property(hostile, hostile, hostile, hostile, (agent, capability, skill, name) => {
        const filter = (text: string): string => `agent.type == ${JSON.stringify(text)} && agent.metadata.a == "b"`;
        const plain = { capability: 'c', skill: 's', filter: filter('t') };
        expect(sqlOf({ capability, skill, filter: filter(name) }, name)).toBe(sqlOf(plain, 'w'));
        expect(sqlOf({ agent, skill }, name)).toBe(sqlOf({ agent: 'a', skill: 's' }, 'w'));
      }),
    );
  });

  it('looks for no near misses when none are wanted', () => {
    const options = { scope: { sight: 'all' as const }, limit: 10, nearMisses: 0 };
    const { sql } = selectorStatement(new Selector({ capability: 'c', filter: 'true && false' }), options, CONTEXT);
    expect(sql).not.toMatch(/WITH|UNION/);
  });
});
