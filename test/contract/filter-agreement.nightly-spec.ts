import { compareEvaluations } from '../support/filter-agreement';
import { Random } from '../support/random';
import { createTestDatabase, type TestDatabase } from '../support/test-database';

const SEED = Number(process.env.FILTER_SEED ?? Math.floor(Math.random() * 2 ** 31));

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
    const agreement = await compareEvaluations(database, new Random(SEED), { filters: 5000, agents: 60, readers });
    const { disagreements, pairs, matches, refused } = agreement;
    expect(disagreements.slice(0, 3)).toEqual([]);
    // The generator must go on to make expressions of all kinds, most of them valid, and some of them true.
    expect(matches).toBeGreaterThan(pairs / 50);
    expect(refused).toBeLessThan(5000);
  });
});
