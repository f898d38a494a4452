import { HEALTH_STATUSES } from '../../src/agent/agent-health';
import type { AgentStatus } from '../../src/agent/agent-status';
import type { AgentCriteria } from '../../src/registry/search/agent-criteria';
import { criteriaSql, matchesCriteria } from '../../src/registry/search/agent-criteria';
import { agentFilter } from '../../src/registry/search/filter-expression';
import { insertAgents } from '../support/filter-agreement';
import { NOW, randomAgents } from '../support/random-filters';
import { Random } from '../support/random';
import { createTestDatabase, type TestDatabase } from '../support/test-database';

const SEED = Number(process.env.FILTER_SEED ?? Math.floor(Math.random() * 2 ** 31));
const TIMEOUT_SECONDS = 30;
const EXPRESSIONS = ['has(agent.metadata.team)', 'agent.metadata.password != "x"', 'agent.type == "a"'].map((text) =>
  agentFilter(text),
);

describe(`the criteria of lists (FILTER_SEED=${SEED})`, () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
  });

  afterAll(() => database.drop());

  it('select the same agents in PostgreSQL and in memory', async () => {
    const random = new Random(SEED);
    const now = new Date();
    // By the database's own clock, which moves on: half of the reports are not stale for a long time to come.
    const later = new Date(now.getTime() + 86_400_000).toISOString();
    const agents = randomAgents(random, 200).map((agent) => {
      const { health } = agent;
      return health && random.chance(0.5) ? { ...agent, health: { ...health, last_check: later } } : agent;
    });
    await insertAgents(database, agents);
    const matched = new Map<string, number>();
    for (let round = 0; round < 400; round++) {
      const criteria = randomCriteria(random);
      const parameters: unknown[] = [];
      const parameter = (value: unknown): string => `$${parameters.push(value)}`;
      const condition = criteriaSql(criteria, { parameter, timeoutSeconds: TIMEOUT_SECONDS, now });
      const sql = `SELECT id FROM agents WHERE ${condition} ORDER BY id`;
      const inDatabase = await database.query<{ id: string }>(sql, parameters);
      const moment = { now, timeoutSeconds: TIMEOUT_SECONDS };
      const inMemory = agents.filter((agent) => matchesCriteria(criteria, agent, moment));
      expect({ criteria, ids: inMemory.map(({ id }) => id) }).toEqual({
        criteria,
        ids: inDatabase.map(({ id }) => id),
      });
      for (const name of Object.keys(criteria)) matched.set(name, (matched.get(name) ?? 0) + inMemory.length);
    }
    // Each criterion has found something, so that none was compared as "no agent" only.
    expect([...matched].filter(([, count]) => count === 0)).toEqual([]);
  });

  it('never select a deregistered agent', () => {
    const [agent] = randomAgents(new Random(SEED), 1);
    const none: AgentCriteria = { types: [], statuses: [], categories: [], capabilities: [], metadata: [] };
    const moment = { now: NOW, timeoutSeconds: TIMEOUT_SECONDS };
    expect(matchesCriteria(none, agent!, moment)).toBe(true);
    expect(matchesCriteria(none, { ...agent!, deregisteredAt: NOW }, moment)).toBe(false);
  });
});

/** One to three criteria; all the others are none. */
function randomCriteria(random: Random): AgentCriteria {
  const some = <Value>(values: Value[]): Value[] => values.filter(() => random.chance(0.5));
  const sight = random.chance(0.3) ? { owner: random.pick(['ann', null]) } : undefined;
  const choices: Partial<AgentCriteria>[] = [
    { types: some(['a', 'b', 'worker', 'c']) },
    { statuses: some<AgentStatus>(['active', 'unhealthy', 'quarantined']) },
    { categories: some(['a', 'eu', '', '😀', "it's"]) },
    { name: random.pick(['a0', 'b1', '😀2', 'x%y0', 'nowhere']) },
    { version: random.pick(['1.0.0', '1.2', 'x']) },
    { capabilities: some(['a', 'b', 'nlp/ner']).slice(0, 2) },
    {
      metadata: [
        [
          random.pick(['team', 'n', 'k', 'list', '__proto__']),
          random.pick(['a', '1', '2.5', 'true', 'null', '1e+21', '0.1', '1.2', '9007199254740991', '-3', '1e-7']),
        ],
      ],
    },
    { owner: random.pick(['ann', 'bob', null]) },
    { health: [random.pick([...HEALTH_STATUSES]), random.pick([...HEALTH_STATUSES])] },
    { isOffered: random.chance(0.5) },
    { where: random.pick(EXPRESSIONS) },
    { filter: random.pick(EXPRESSIONS), ...(sight && { sight }) },
  ];
  const chosen = Array.from({ length: random.between(1, 3) }, () => random.pick(choices));
  return Object.assign({ types: [], statuses: [], categories: [], capabilities: [], metadata: [] }, ...chosen);
}
