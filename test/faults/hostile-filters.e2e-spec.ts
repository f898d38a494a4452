import { agentFilter } from '../../src/registry/search/filter-expression';
import { filterConditionSql } from '../../src/registry/search/filter-condition';
import { createPatientApp } from '../support/patient-app';
import { Random } from '../support/random';
import { randomAgents, randomFilter } from '../support/random-filters';
import type { TestApp } from '../support/test-app';

const SEED = Number(process.env.HOSTILE_SEED ?? Math.floor(Math.random() * 2 ** 31));
const MARK = 'mine§mine';

/** Pieces of expressions, of SQL and of nothing. */
const PIECES = [
  'agent',
  '.',
  'metadata',
  'type',
  'now',
  'x',
  'exists',
  'has',
  'size',
  'matches',
  'satisfies',
  'in',
  'true',
  'null',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  ',',
  ':',
  '?',
  '!',
  '-',
  '+',
  '*',
  '/',
  '%',
  '==',
  '!=',
  '<',
  '>=',
  '&&',
  '||',
  ' ',
  '"a"',
  "'b'",
  '"""c"""',
  'r"\\d"',
  'b"d"',
  '1',
  '2.5',
  '0x1f',
  '1u',
  '1e999',
  '9223372036854775808',
  '"\\u0000"',
  '"\\ud800"',
  "'; DROP TABLE agents; --",
  '$1',
  '$$',
  '\\',
  '//',
  '\n',
  '\0',
  '`',
  '😀',
  'duration("1s")',
  'timestamp("x")',
];

function hostile(random: Random): string {
  if (random.chance(0.4)) return Array.from({ length: random.between(1, 25) }, () => random.pick(PIECES)).join('');
  const text = randomFilter(random);
  const at = random.between(0, text.length);
  return (
    text.slice(0, at) + random.pick(PIECES) + text.slice(random.chance(0.5) ? at : random.between(at, text.length))
  );
}

describe(`Expressions of any content (HOSTILE_SEED=${SEED})`, () => {
  let app: TestApp;
  const random = new Random(SEED);

  beforeAll(async () => {
    app = await createPatientApp();
    const agents = randomAgents(random, 30).map(({ id, name, type, metadata }) => ({ id, name, type, metadata }));
    for (const agent of agents) await app.request('POST', '/agents/register', agent);
  });
  afterAll(() => app.close());

  it('are answered, or refused with their place', async () => {
    for (let round = 0; round < 300; round++) {
      const filter = hostile(random);
      const checked = await app.request<{ errors?: { field: string }[] }>('POST', '/filters/check', { filter });
      const counted = await app.request('GET', `/agents/count?${new URLSearchParams({ filter }).toString()}`);
      expect({ filter, statuses: [checked.status, counted.status] }).toEqual({
        filter,
        statuses: checked.status === 200 ? [200, 200] : [400, 400],
      });
      if (checked.status !== 200) expect(checked.body.errors).toEqual([expect.objectContaining({ field: 'filter' })]);
    }
  });

  it('never stand in a statement', () => {
    const texts = [
      `agent.type == "${MARK}" && agent.metadata["${MARK}"] == "${MARK}" || "${MARK}" in agent.capabilities`,
      `agent.metadata.exists(k, k.startsWith("${MARK}") || agent.metadata["${MARK}"].contains("${MARK}"))`,
      `agent.name.matches("${MARK}") && agent.capabilities.containsAny(["${MARK}", "${MARK}/*"])`,
      `has(agent.metadata.a) ? agent.owner == "${MARK}" : agent.metadata.x in ["${MARK}", {"${MARK}": ["${MARK}"]}]`,
    ];
    for (const text of texts) {
      for (const sight of ['all', { owner: MARK }, { owner: null }] as const) {
        const parameters: unknown[] = [];
        const context = {
          parameter: (value: unknown) => `$${parameters.push(value)}`,
          timeoutSeconds: 30,
          now: new Date(),
        };
        expect(filterConditionSql(agentFilter(text), sight, context)).not.toContain('mine');
        expect(JSON.stringify(parameters)).toContain(MARK);
      }
    }
  });

  it('do not grow into statements of any size', () => {
    const nested = (wrap: (inner: string) => string, times: number): string =>
      Array.from({ length: times }).reduce<string>((inner) => wrap(inner), 'agent.metadata.x');
    const texts = [
      nested((inner) => `${inner}[0]`, 90),
      nested((inner) => `(${inner} ? ${inner.length < 400 ? inner : 'true'} : true)`, 20),
      `${nested((inner) => `(${inner} == 1 ? 1 : 2)`, 30)} == 1`,
      `agent.metadata.exists(a, agent.metadata.all(b, ${Array(30).fill('a == b').join(' || ')}))`,
    ];
    for (const text of texts) {
      for (const sight of ['all', { owner: 'x' }] as const) {
        const context = { parameter: () => '$1', timeoutSeconds: 30, now: new Date() };
        expect(filterConditionSql(agentFilter(text), sight, context).length).toBeLessThan(300_000);
      }
    }
  });
});
