import { FilterError } from '../../src/query/filter-error';
import { Filter } from '../../src/query/filter';
import type { AgentEntity } from '../../src/registry/agent.entity';
import { agentNames } from '../../src/registry/search/agent-names';
import { filterConditionSql } from '../../src/registry/search/filter-condition';
import { NOW, randomAgents, randomFilter } from './random-filters';
import { Random } from './random';
import { createTestDatabase, type TestDatabase } from './test-database';

const TIMEOUT_SECONDS = 30;
const UNAVAILABLE = new Map(Array.from({ length: 10 }, (_, n) => [`id-${String(n * 3).padStart(4, '0')}`, true]));
const SEED = Number(process.env.FILTER_SEED ?? Math.floor(Math.random() * 2 ** 31));

interface Disagreement {
  filter: string;
  reader: string | null;
  agent: AgentEntity;
  inMemory: boolean;
  inDatabase: boolean;
}

interface Agreement {
  /** Expressions and agents that were compared. */
  pairs: number;
  /** Pairs of which both said that the agent matches. */
  matches: number;
  /** Random texts that are no valid expressions. */
  refused: number;
  disagreements: Disagreement[];
}

/**
 * Asks PostgreSQL and the evaluator in memory the same random questions about the same random agents.
 * @param readers the callers: null sees all secrets, a name those of its own agents
 */
async function compareEvaluations(
  database: TestDatabase,
  random: Random,
  { filters, agents: count, readers }: { filters: number; agents: number; readers: (string | null)[] },
): Promise<Agreement> {
  const agents = randomAgents(random, count);
  await insertAgents(database, agents);
  const agreement: Agreement = { pairs: 0, matches: 0, refused: 0, disagreements: [] };
  while (agreement.pairs < filters * count) {
    const text = randomFilter(random);
    const filter = compiled(text);
    if (!filter) {
      agreement.refused++;
      continue;
    }
    const reader = random.pick(readers);
    const parameters: unknown[] = [];
    const condition = filterConditionSql(filter, reader === null ? 'all' : { owner: reader }, {
      now: NOW,
      parameter: (value) => `$${parameters.push(value)}`,
      timeoutSeconds: TIMEOUT_SECONDS,
      unavailable: UNAVAILABLE,
    });
    const found = await database
      .query<{ id: string }>(`SELECT id FROM agents WHERE ${condition}`, parameters)
      .catch((error: Error) => {
        throw new Error(`${error.message}: ${text}\n${condition}\n${JSON.stringify(parameters)}`);
      });
    const ids = new Set(found.map(({ id }) => id));
    for (const agent of agents) {
      const seesSecrets = reader === null || reader === agent.owner;
      const inMemory = filter.matches(
        agent,
        { now: NOW, timeoutSeconds: TIMEOUT_SECONDS, unavailable: UNAVAILABLE },
        seesSecrets,
      );
      const inDatabase = ids.has(agent.id);
      agreement.pairs++;
      if (inMemory && inDatabase) agreement.matches++;
      if (inMemory !== inDatabase) agreement.disagreements.push({ filter: text, reader, agent, inMemory, inDatabase });
    }
  }
  return agreement;
}

function compiled(text: string): Filter<AgentEntity> | undefined {
  try {
    return new Filter(text, agentNames);
  } catch (error) {
    if (error instanceof FilterError) return undefined;
    throw error;
  }
}

/** Puts random agents and whose they are into the tables. */
export async function insertAgents(database: TestDatabase, agents: AgentEntity[]): Promise<void> {
  await database.query(
    `INSERT INTO agents (id, name, type, category, version, capabilities, endpoints, status, metadata, registered_at, last_seen, health, heartbeat,
                         description, locality, skills, ready, load)
     SELECT id, name, type, category, version, capabilities, endpoints, status, metadata, "registeredAt", "lastSeen", health, heartbeat,
            description, locality, nullif(skills, '[]'), ready, load
       FROM jsonb_to_recordset($1::jsonb) AS agent(id text, name text, type text, category text, version text, capabilities jsonb, endpoints jsonb,
            status text, metadata jsonb, "registeredAt" timestamptz, "lastSeen" timestamptz, health jsonb, heartbeat jsonb,
            description text, locality text, skills jsonb, ready boolean, load float8)`,
    [JSON.stringify(agents)],
  );
  await database.query(
    `INSERT INTO agent_credentials (agent_id, owner, sha256)
     SELECT id, owner, sha256(id::bytea) FROM jsonb_to_recordset($1::jsonb) AS agent(id text, owner text) WHERE owner IS NOT NULL`,
    [JSON.stringify(agents)],
  );
}

/** Declares the tests that compare so many expressions over sixty agents. */
export function describeAgreement(filters: number): void {
  describe(`expressions (FILTER_SEED=${SEED})`, () => {
    let database: TestDatabase;

    beforeEach(async () => {
      database = await createTestDatabase();
    });

    afterEach(() => database.drop());

    it.each([
      ['who sees all secrets', [null]],
      ['who sees the secrets of some agents', ['ann']],
    ])('select the same agents in PostgreSQL and in memory, for a reader %s', async (_, readers) => {
      const agreement = await compareEvaluations(database, new Random(SEED), { filters, agents: 60, readers });
      const { disagreements, pairs, matches, refused } = agreement;
      expect(disagreements.slice(0, 3)).toEqual([]);
      // The generator must go on to make expressions of all kinds, most of them valid, and some of them true.
      expect(matches).toBeGreaterThan(pairs / 50);
      expect(refused).toBeLessThan(filters);
    });
  });
}
