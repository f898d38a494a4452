import * as fc from 'fast-check';
import { HEALTH_STATUSES } from '../../agent/agent-health';
import { ALL_AGENTS } from '../../../test/support/agent-queries';
import type { AgentQuery } from './agent-query';
import { countStatement, pageStatement, type Statement } from './agent-selection.sql';
import { BY_ID, type AgentOrder } from './agent-order';
import { AGENT_STATUSES } from '../../agent/agent-status';
import { CAPABILITIES_SQL } from './capabilities.sql';

const TIMEOUT = 30;
const CONTEXT = { timeoutSeconds: TIMEOUT, now: new Date('2026-03-01T12:00:00Z') };

/** What a client might send in the hope of ending up in the SQL. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1 }),
  fc.constantFrom(
    `'; DROP TABLE agents; --`,
    `' OR '1'='1`,
    '$1',
    '$$',
    '$&',
    "$'",
    '$timeout',
    '\\',
    '"',
    '{}',
    'NULL',
  ),
);
const query: fc.Arbitrary<AgentQuery> = fc.record(
  {
    types: fc.array(hostile, { maxLength: 3 }),
    statuses: fc.subarray([...AGENT_STATUSES]),
    categories: fc.array(hostile, { maxLength: 3 }),
    name: hostile,
    version: hostile,
    capabilities: fc.array(hostile, { maxLength: 3 }),
    health: fc.subarray([...HEALTH_STATUSES], { minLength: 1 }),
    metadata: fc.array(fc.tuple(hostile, hostile), { maxLength: 3 }),
    limit: fc.integer({ min: 1, max: 1000 }),
    after: fc.record({ value: hostile, id: hostile }),
    order: fc.constantFrom<AgentOrder>(
      BY_ID,
      { by: 'name', isDescending: true },
      { by: 'category', isDescending: false },
    ),
    includeTotal: fc.constant(true),
  },
  { requiredKeys: ['types', 'statuses', 'categories', 'capabilities', 'metadata', 'limit', 'order', 'includeTotal'] },
);

const statementsOf = (asked: AgentQuery): Statement[] => [
  pageStatement(asked, CONTEXT),
  countStatement(asked, CONTEXT),
];

/** The same query by a client that sends other words: as many of them, in the same places. */
function otherWords(asked: AgentQuery): AgentQuery {
  const other = <T extends string>(text: T): T => (/^[-\d]|^(true|false|null)$/.test(text) ? text : ('word' as T));
  const { types, categories, name, version, capabilities, metadata, after, ...rest } = asked;
  return {
    ...rest,
    types: types.map(other),
    categories: categories.map(other),
    ...(name === undefined ? {} : { name: 'word' }),
    ...(version === undefined ? {} : { version: 'word' }),
    capabilities: capabilities.map(other),
    metadata: metadata.map(([, value]) => ['key', other(value)]),
    ...(after === undefined ? {} : { after: { value: 'word', id: 'word' } }),
  };
}

/** The condition of a query with one criterion, without the line breaks, and the parameters. */
function condition(criterion: Partial<AgentQuery>): [sql: string, parameters: unknown[]] {
  const { sql, parameters } = countStatement({ ...ALL_AGENTS, ...criterion }, CONTEXT);
  return [sql.replace(/\s+/g, ' ').replace('SELECT count(*)::int AS total FROM agents WHERE ', ''), parameters];
}

describe('the statements of a query', () => {
  it('have the same SQL whatever words the client sends', () => {
    fc.assert(
      fc.property(query, (asked) => {
        const sql = (statements: Statement[]): string[] => statements.map((statement) => statement.sql);
        expect(sql(statementsOf(asked))).toEqual(sql(statementsOf(otherWords(asked))));
      }),
    );
  });

  it('never show a word of the client', () => {
    const mark = '§mine§';
    const marked = hostile.map((text) => `${mark}${text}`);
    fc.assert(
      fc.property(query, marked, (asked, text) => {
        const everywhere: AgentQuery = {
          ...asked,
          types: [text],
          categories: [text, text],
          name: text,
          version: text,
          capabilities: [text],
          metadata: [[text, text]],
          after: { value: text, id: text },
        };
        for (const { sql, parameters } of statementsOf(everywhere)) {
          expect(sql).not.toContain(mark);
          expect(JSON.stringify(parameters)).toContain(mark);
        }
      }),
    );
  });

  it('have a place for every parameter and a parameter for every place', () => {
    fc.assert(
      fc.property(query, (asked) => {
        for (const { sql, parameters } of statementsOf(asked)) {
          const places = new Set([...sql.matchAll(/\$(\d+)/g)].map(([, place]) => place));
          expect(places).toEqual(new Set(parameters.map((_, index) => String(index + 1))));
        }
      }),
    );
  });

  it('never list tombstones', () => {
    fc.assert(
      fc.property(query, (asked) => {
        for (const { sql } of statementsOf(asked)) expect(sql).toContain('WHERE deregistered_at IS NULL');
      }),
    );
  });

  it.each<[Partial<AgentQuery>, string, unknown[]]>([
    [{}, '', []],
    [{ types: ['a'] }, ' AND type = $1', ['a']],
    [{ types: ['a', 'b'] }, ' AND type = ANY ($1)', [['a', 'b']]],
    [{ statuses: ['active'] }, ' AND status = $1', ['active']],
    [{ categories: ['a', 'b'] }, ' AND category = ANY ($1)', [['a', 'b']]],
    [{ name: '' }, ' AND name = $1', ['']],
    [{ version: '1' }, ' AND version = $1', ['1']],
    [{ capabilities: ['a', 'b'] }, ` AND ${CAPABILITIES_SQL} @> $1::jsonb`, ['["a","b"]']],
    [{ metadata: [['team', 'core']] }, ' AND (metadata @> $1::jsonb)', ['{"team":"core"}']],
    [{ metadata: [['__proto__', 'x']] }, ' AND (metadata @> $1::jsonb)', ['{"__proto__":"x"}']],
    [{ name: 'n', version: 'v' }, ' AND name = $1 AND version = $2', ['n', 'v']],
  ])('of %j have the condition%s', (criterion, sql, parameters) => {
    expect(condition(criterion)).toEqual([`deregistered_at IS NULL${sql}`, parameters]);
  });

  it.each([
    ['3', ['"3"', '3']],
    ['-0.5', ['"-0.5"', '-0.5']],
    ['true', ['"true"', 'true']],
    ['false', ['"false"', 'false']],
    ['null', ['"null"', 'null']],
    ['03', ['"03"']],
    ['1e3', ['"1e3"']],
    ['.5', ['".5"']],
    ['+3', ['"+3"']],
    ['3 ', ['"3 "']],
    ['3\n', [String.raw`"3\n"`]],
    ['1234567890123456', ['"1234567890123456"', '1234567890123456']],
    ['0.30000000000000004', ['"0.30000000000000004"', '0.30000000000000004']],
    ['1e+21', ['"1e+21"', '1e+21']],
    ['12345678901234567890', ['"12345678901234567890"']], // more digits than a double keeps, so no answer shows it
    ['True', ['"True"']],
    ['[]', ['"[]"']],
  ])('look for the metadata value %j as %j', (value, readings) => {
    const [, parameters] = condition({ metadata: [['k', value]] });
    expect(parameters).toEqual(readings.map((reading) => `{"k":${reading}}`));
  });

  it('ask for one row more than the page has, behind the cursor, in the order of ids', () => {
    const { sql, parameters } = pageStatement(
      { ...ALL_AGENTS, types: ['a'], limit: 7, after: { value: 'id-5', id: 'id-5' } },
      CONTEXT,
    );
    expect(sql).toMatch(/WHERE deregistered_at IS NULL AND type = \$1 AND id > \$2 ORDER BY id LIMIT 8$/);
    expect(parameters).toEqual(['a', 'id-5']);
  });

  it('count without the page', () => {
    const paged: AgentQuery = { ...ALL_AGENTS, limit: 7, after: { value: 'id-5', id: 'id-5' } };
    const { sql, parameters } = countStatement(paged, CONTEXT);
    expect(sql).not.toMatch(/LIMIT|ORDER|id >/);
    expect(parameters).toEqual([]);
  });

  it('judge the health by the service’s timeout', () => {
    const [sql, parameters] = condition({ types: ['a'], health: ['stale'] });
    expect(sql).toContain('greatest(($2)::float8,');
    expect(sql).toMatch(/ = \$3$/);
    expect(parameters).toEqual(['a', TIMEOUT, 'stale']);
    const several = condition({ types: ['a'], health: ['stale', 'degraded'] });
    expect(several[0]).toMatch(/ = ANY \(\$3\)$/);
    expect(several[1]).toEqual(['a', TIMEOUT, ['stale', 'degraded']]);
  });
});
