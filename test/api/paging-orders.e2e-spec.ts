import { createPatientApp } from '../support/patient-app';
import { Random } from '../support/random';
import { seedFleet } from '../support/fleet';
import type { TestApp } from '../support/test-app';

const SEED = Number(process.env.PAGING_SEED ?? Math.floor(Math.random() * 2 ** 31));
const AGENTS = 2000;

interface AgentPage {
  agents: { id: string }[];
  next_cursor: string | null;
}

/** Every fourth agent stays as it is; all others change, leave and come while pages are read. */
describe(`Pages while agents change (PAGING_SEED=${SEED})`, () => {
  let app: TestApp;
  const random = new Random(SEED);

  beforeAll(async () => {
    app = await createPatientApp();
    await seedFleet(app.database, AGENTS);
    await app.database.query(
      `UPDATE agents SET category = CASE WHEN n % 8 >= 4 THEN category END, version = CASE WHEN n % 16 >= 4 THEN version END,
              registered_at = now() - make_interval(mins => n % 500)
         FROM (SELECT id, right(id, 8)::int AS n FROM agents) AS numbered WHERE agents.id = numbered.id`,
    );
  });
  afterAll(() => app.close());

  /** The agents of a remainder change in all that lists are ordered by. */
  async function change(): Promise<void> {
    const [remainder, word] = [random.between(1, 3), random.between(0, 1e9)];
    await app.database.query(
      `UPDATE agents SET name = 'Agent ' || $1::int, type = 'type-' || $1::int % 300, category = 'category-' || $1::int % 7, version = $1::int || '.0.0',
              registered_at = now() - make_interval(mins => $1::int % 700),
              status = CASE WHEN $1::int % 3 = 0 THEN 'deregistered' ELSE 'active' END, deregistered_at = CASE WHEN $1::int % 3 = 0 THEN now() END
        WHERE right(id, 8)::int % 4 = $2`,
      [word, remainder],
    );
  }

  it.each(['id', 'name', 'type', 'category', 'version', 'registered_at'].flatMap((order) => [order, `${order} desc`]))(
    'in the order of %s give every agent that stands once',
    async (order_by) => {
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const query: URLSearchParams = new URLSearchParams({
          order_by,
          limit: '150',
          include_total: 'false',
          ...(cursor !== null && { cursor }),
        });
        const { status, body }: { status: number; body: AgentPage } = await app.request<AgentPage>(
          'GET',
          `/agents?${query.toString()}`,
        );
        expect(status).toBe(200);
        seen.push(...body.agents.map(({ id }) => id));
        cursor = body.next_cursor;
        await change();
      } while (cursor !== null);
      const standing = seen.filter((id) => Number(id.slice(-8)) % 4 === 0);
      expect([standing.length, new Set(standing).size]).toEqual([AGENTS / 4, AGENTS / 4]);
    },
  );
});
