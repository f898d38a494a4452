import { Client } from 'pg';
import { listStatement } from '../../src/governance/governance-decisions.repository';
import { countStatement, pageStatement, type Statement } from '../../src/registry/search/agent-selection.sql';
import { agentFilter } from '../../src/registry/search/filter-expression';
import type { AgentQuery } from '../../src/registry/search/agent-query';
import { Selector, type SelectorRequest } from '../../src/registry/selector/selector';
import { selectorStatement } from '../../src/registry/selector/selector.sql';
import { ALL_AGENTS } from '../support/agent-queries';
import { seedFleet } from '../support/fleet';
import { createTestDatabase, type TestDatabase } from '../support/test-database';

interface Plan {
  'Node Type': string;
  'Index Name'?: string;
  Plans?: Plan[];
}

interface ExecutedPlan extends Plan {
  'Actual Rows': number;
  'Actual Loops': number;
  Plans?: ExecutedPlan[];
}

/** Of callers that see some agents only, of which there is none here. */
const NOBODY = { condition: (): string => 'false' };

describe('At 20,000 agents', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
    await seedFleet(database, 20_000);
  });
  afterAll(() => database.drop());

  const context = { timeoutSeconds: 30, now: new Date() };
  const position = { value: 'fleet-00010000', id: 'fleet-00010000' };

  const indexesOf = async ({ sql, parameters }: Statement): Promise<(string | undefined)[]> => {
    const [row] = await database.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(`EXPLAIN (FORMAT JSON) ${sql}`, parameters);
    const nodes = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodes)];
    return nodes(row!['QUERY PLAN'][0].Plan).map((node) => node['Index Name']);
  };

  it.each<[string, Partial<AgentQuery>, string]>([
    ['type', { types: ['type-33'] }, 'idx_agents_type'],
    ['status', { statuses: ['maintenance'] }, 'idx_agents_status'],
    ['capability', { capabilities: ['skill-42'] }, 'idx_agents_capabilities'],
    ['several capabilities', { capabilities: ['skill-42', 'skill-307'] }, 'idx_agents_capabilities'],
    ['metadata', { metadata: [['team', 'team-7']] }, 'idx_agents_metadata'],
    ['metadata that may be a number', { metadata: [['serial', '77']] }, 'idx_agents_metadata'],
  ])('a filter by %s uses its index, for the page and for the total', async (_, criteria, index) => {
    const query = { ...ALL_AGENTS, ...criteria };
    expect(await indexesOf(pageStatement(query, context))).toContain(index);
    expect(await indexesOf(countStatement(query, context))).toContain(index);
  });

  it.each([
    ['agent.id == "fleet-00000042"', 'agents_pkey'],
    ['agent.id in ["fleet-00000042", "fleet-00000043"]', 'agents_pkey'],
    ['agent.type == "type-33"', 'idx_agents_type'],
    ['agent.type in ["type-33", "type-34"]', 'idx_agents_type'],
    ['agent.status == "maintenance"', 'idx_agents_status'],
    ['agent.name == "Agent 42"', 'idx_agents_name'],
    ['agent.category == "nowhere"', 'idx_agents_category'],
    ['agent.version == "9.9.9"', 'idx_agents_version'],
    ['agent.owner == "somebody"', 'idx_agent_credentials_owner'],
    ['"skill-42" in agent.capabilities', 'idx_agents_capabilities'],
    ['agent.capabilities.containsAll(["skill-42", "skill-307"])', 'idx_agents_capabilities'],
    ['agent.capabilities.containsAny(["skill-42", "skill-307"])', 'idx_agents_capabilities'],
    ['agent.capabilities.exists(c, c == "skill-42")', 'idx_agents_capabilities'],
    ['agent.metadata.team == "team-7"', 'idx_agents_metadata'],
    ['agent.metadata.team in ["team-7", "team-8"]', 'idx_agents_metadata'],
    ['agent.metadata.serial == 77', 'idx_agents_metadata'],
    ['agent.type == "type-33" && agent.health.cpu_percent > 90.0 && !has(agent.metadata.canary)', 'idx_agents_type'],
    ['agent.name == "Agent 42" || agent.id == "fleet-00000043"', 'idx_agents_name'],
  ])('the expression %s uses an index, for the page and for the total', async (text, index) => {
    const filter = agentFilter(text);
    expect(filter.isIndexed).toBe(true);
    const query = { ...ALL_AGENTS, filter };
    expect(await indexesOf(pageStatement(query, context))).toContain(index);
    expect(await indexesOf(countStatement(query, context))).toContain(index);
  });

  it.each<[SelectorRequest, string]>([
    [{ agent: 'fleet-00000042' }, 'agents_pkey'],
    [{ capability: 'skill-42' }, 'idx_agents_capabilities'],
    [{ skill: 'skill-42' }, 'idx_agents_capabilities'],
    [{ skill: 'skill-42', version: '^1' }, 'idx_agents_capabilities'],
    [{ version: '^1', filter: 'agent.type == "type-33" && size(agent.name) > 3' }, 'idx_agents_type'],
    [{ filter: 'agent.metadata.team == "team-7"' }, 'idx_agents_metadata'],
  ])('the matches of the selector %j are found by an index', async (request, index) => {
    const options = { scope: { sight: 'all' as const }, limit: 10, nearMisses: 0 };
    expect(await indexesOf(selectorStatement(new Selector(request), options, context))).toContain(index);
  });

  it('near misses are sought by each index that could lead to them, and among a bounded number of agents', async () => {
    const filter = 'agent.type == "type-33" && agent.metadata.team == "team-7" && size(agent.name) > 3';
    const selector = new Selector({ capability: 'skill-42', filter });
    const options = { scope: { sight: 'all' as const }, limit: 10, nearMisses: 10 };
    const { sql, parameters } = selectorStatement(selector, options, context);
    const indexes = await indexesOf({ sql, parameters });
    for (const name of ['idx_agents_capabilities', 'idx_agents_type', 'idx_agents_metadata']) {
      expect(indexes).toContain(name);
    }
    const [row] = await database.query<{ 'QUERY PLAN': [{ Plan: ExecutedPlan }] }>(
      `EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`,
      parameters,
    );
    const nodes = (plan: ExecutedPlan): ExecutedPlan[] => [plan, ...(plan.Plans ?? []).flatMap(nodes)];
    const rows = nodes(row!['QUERY PLAN'][0].Plan).map((node) => node['Actual Rows'] * node['Actual Loops']);
    // All three together, each of them, and any: five sets of at most 500 agents.
    expect(Math.max(...rows)).toBeGreaterThan(500);
    expect(Math.max(...rows)).toBeLessThanOrEqual(5 * 500);
  });

  it.each(['name', 'type', 'category', 'version'] as const)(
    'a page in the order of %s is read off its index',
    async (by) => {
      for (const isDescending of [false, true]) {
        const query = { ...ALL_AGENTS, order: { by, isDescending }, after: { value: 'm', id: 'm' }, limit: 10 };
        expect(await indexesOf(pageStatement(query, context))).toContain(`idx_agents_${by}`);
      }
    },
  );

  it('a page anywhere in the whole list is read off the primary key', async () => {
    expect(await indexesOf(pageStatement({ ...ALL_AGENTS, after: position }, context))).toEqual([
      undefined,
      'agents_pkey',
    ]);
  });

  it('a page of one type is read off its index in order, without a sort', async () => {
    const query = { ...ALL_AGENTS, types: ['type-33'], after: position, limit: 10 };
    expect(await indexesOf(pageStatement(query, context))).toEqual([undefined, 'idx_agents_type']);
  });

  it('the decisions that were refused are found among many that were not', async () => {
    await database.query(
      `INSERT INTO governance_decisions (action, agent_id, verdict, latency_ms)
       SELECT 'update_agent', 'a', CASE WHEN n = 1 THEN 'denied' ELSE 'allowed' END, 1 FROM generate_series(1, 20000) AS n`,
    );
    await database.query('ANALYZE governance_decisions');
    const query = { verdicts: ['denied' as const, 'error_closed' as const], limit: 100 };
    expect(await indexesOf(listStatement(query, NOBODY))).toContain('idx_governance_decisions_refused');
  });

  it('an ANALYZE, which holds up the pruning of pages, does not follow every tenth of the table that beats', async () => {
    const session = new Client({ connectionString: database.url });
    await session.connect();
    try {
      const { rows } = await session.query<{ options: string[] }>(
        `SELECT reloptions AS options FROM pg_class WHERE oid = 'agents'::regclass`,
      );
      const options = new Map(rows[0]!.options.map((option) => option.split('=') as [string, string]));
      expect(Number(options.get('autovacuum_analyze_scale_factor'))).toBeGreaterThan(1);
      expect(Number(options.get('autovacuum_vacuum_scale_factor'))).toBeLessThan(0.2);
    } finally {
      await session.end();
    }
  });
});
