import { DomainError } from '../../src/platform/validation/domain-error';
import type { AgentEntity } from '../../src/registry/agent.entity';
import { agentFilter } from '../../src/registry/search/filter-expression';
import type { ResolvedRow, SelectorScope } from '../../src/registry/selector/resolution';
import { requirementOf, Selector } from '../../src/registry/selector/selector';
import { selectorStatement } from '../../src/registry/selector/selector.sql';
import { insertAgents } from './filter-agreement';
import { Random } from './random';
import { NOW, randomAgents, randomSelector } from './random-filters';
import { createTestDatabase, type TestDatabase } from './test-database';

const AGENTS = 60;
const TIMEOUT_SECONDS = 30;
const MOMENT = { now: NOW, timeoutSeconds: TIMEOUT_SECONDS };
const SEED = Number(process.env.FILTER_SEED ?? Math.floor(Math.random() * 2 ** 31));
/** What modules require beside a selector. */
const LIVING = requirementOf('status', 'agent.status == "active"');
const WHERES = ['agent.type == "worker"', 'agent.metadata.team == "a" || agent.name.startsWith("x")', 'false'];

/** What an answer says of one agent: its id, and the places of the requirements that it does not meet. */
type Said = [id: string, failed: number[]];

interface Asked {
  selector: Selector;
  scope: SelectorScope;
  also: (typeof LIVING)[];
  limit: number;
  nearMisses: number;
}

/** The answer by the rule, out of all agents one by one. */
function answerInMemory(agents: readonly AgentEntity[], { selector, scope, also, limit, nearMisses }: Asked): Said[] {
  const { sight, where } = scope;
  const requirements = [...selector.parts(), ...also];
  const seesSecrets = (agent: AgentEntity): boolean =>
    sight === 'all' || (sight.owner !== null && sight.owner === agent.owner);
  const visible = agents.filter((agent) => where?.matches(agent, MOMENT, true) ?? true);
  const all = visible.map((agent): Said => {
    const failed = new Set([
      ...selector.failedBy(agent, MOMENT, seesSecrets(agent)),
      ...also.filter(({ condition }) => !condition.matches(agent, MOMENT, seesSecrets(agent))),
    ]);
    return [agent.id, [...requirements.keys()].filter((place) => failed.has(requirements[place]!))];
  });
  const own = selector.parts().length;
  const named = selector.parts().findIndex(({ name }) => name === 'agent');
  const isNear = ([, failed]: Said): boolean =>
    failed.length > 0 && failed.filter((place) => place < own).length < own && (named < 0 || !failed.includes(named));
  const near = all.filter(isNear).sort(([a, one], [b, other]) => one.length - other.length || (a < b ? -1 : 1));
  return [...all.filter(([, failed]) => failed.length === 0).slice(0, limit), ...near.slice(0, nearMisses)];
}

async function answerOf(database: TestDatabase, asked: Asked, probed?: number): Promise<Said[]> {
  const { sql, parameters } = selectorStatement(asked.selector, asked, MOMENT, probed);
  const rows = await database.query<ResolvedRow>(sql, parameters).catch((error: Error) => {
    throw new Error(`${error.message}: ${asked.selector.canonical}\n${sql}\n${JSON.stringify(parameters)}`);
  });
  return rows.map(({ id, failed }) => [id, failed]);
}

function randomQuestion(random: Random): Asked | undefined {
  try {
    return {
      selector: new Selector(randomSelector(random)),
      scope: {
        ...(random.chance(0.4) && { where: agentFilter(random.pick(WHERES)) }),
        sight: random.pick(['all', { owner: 'ann' }, { owner: null }]),
      },
      also: random.chance(0.3) ? [LIVING] : [],
      limit: random.pick([0, 3, AGENTS]),
      nearMisses: random.pick([0, 1, 5, AGENTS]),
    };
  } catch (error) {
    if (error instanceof DomainError) return undefined; // no valid expression
    throw error;
  }
}

/** Declares the tests that compare the answers to so many random selectors over sixty agents. */
export function describeSelectorAgreement(selectors: number): void {
  describe(`selectors (FILTER_SEED=${SEED})`, () => {
    let database: TestDatabase;
    let agents: AgentEntity[];
    const random = new Random(SEED);
    beforeAll(async () => {
      database = await createTestDatabase();
      agents = randomAgents(random, AGENTS);
      await insertAgents(database, agents);
      await database.query(
        `UPDATE agents SET status = 'deregistered', deregistered_at = now() WHERE id IN ('id-0007', 'id-0008')`,
      );
      agents = agents.filter(({ id }) => id !== 'id-0007' && id !== 'id-0008');
    });
    afterAll(() => database.drop());

    it('have the matches and near misses in PostgreSQL that the rule gives agent by agent', async () => {
      const seen = { matches: 0, near: 0, narrowed: 0, refused: 0 };
      for (let asked = 0; asked < selectors;) {
        const question = randomQuestion(random);
        if (!question) {
          seen.refused++;
          continue;
        }
        asked++;
        const expected = answerInMemory(agents, question);
        const answer = await answerOf(database, question);
        expect({ selector: question.selector.canonical, answer }).toEqual({
          selector: question.selector.canonical,
          answer: expected,
        });
        seen.matches += expected.filter(([, failed]) => failed.length === 0).length;
        seen.near += expected.filter(([, failed]) => failed.length > 0).length;
        if (question.scope.where) seen.narrowed++;
      }
      // The generator must go on to make selectors of all kinds, with agents that match and that nearly do.
      expect(seen.matches).toBeGreaterThan(selectors / 10);
      expect(seen.near).toBeGreaterThan(selectors);
      expect(seen.narrowed).toBeGreaterThan(selectors / 10);
      expect(seen.refused).toBeLessThan(selectors);
    });

    it('have the same near misses in a scope of as many agents as are looked at, whatever is outside of it', async () => {
      for (let asked = 0; asked < selectors / 4;) {
        const question = randomQuestion(random);
        if (!question) continue;
        asked++;
        const ids = [0, 1, 2].map(() => random.pick(agents).id);
        const scope = { ...question.scope, where: agentFilter(`agent.id in ${JSON.stringify(ids)}`) };
        const narrowed = { ...question, scope, nearMisses: AGENTS };
        const selector = question.selector.canonical;
        expect({ selector, ids, answer: await answerOf(database, narrowed, ids.length) }).toEqual({
          selector,
          ids,
          answer: answerInMemory(agents, narrowed),
        });
      }
    });

    it('have no near misses but true ones when only some agents are looked at', async () => {
      for (let asked = 0; asked < selectors / 4;) {
        const question = randomQuestion(random);
        if (!question) continue;
        asked++;
        const whole = new Map(answerInMemory(agents, { ...question, limit: AGENTS, nearMisses: AGENTS }));
        const matches = answerInMemory(agents, { ...question, nearMisses: 0 });
        const answer = await answerOf(database, question, 3);
        expect(answer.filter(([, failed]) => failed.length === 0)).toEqual(matches);
        for (const [id, failed] of answer) {
          expect({ selector: question.selector.canonical, id, failed }).toEqual({
            selector: question.selector.canonical,
            id,
            failed: whole.get(id),
          });
        }
      }
    });
  });
}
