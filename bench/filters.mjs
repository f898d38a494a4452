// What an expression costs at 100,000 agents: against the simple parameter that says the same, request by request in turn, and the worst
// expressions that are accepted, which look at every agent; and what near misses cost beside the matches of a selector.
import { Agent, get } from 'node:http';
import { createRequire } from 'node:module';
import { createFleet } from './fleet.mjs';
import { startService } from './service.mjs';
import { median, quantile, table } from './statistics.mjs';

const require = createRequire(import.meta.url);
const { Selector } = require('../dist/registry/selector/selector.js');
const { selectorStatement } = require('../dist/registry/selector/selector.sql.js');

const AGENTS = 100_000;
const PAIRS = 300;
const WARM_UP = 50;
const WORST_TIMES = 5;

/** The same question twice: as a simple parameter, and as an expression. */
const SAME = {
  type: (n) => [`type=type-${n % 200}`, `agent.type == "type-${n % 200}"`],
  'two types': (n) => [
    `type=type-${n % 200}&type=type-${(n + 7) % 200}`,
    `agent.type in ["type-${n % 200}", "type-${(n + 7) % 200}"]`,
  ],
  name: (n) => [`name=Agent%20${n}`, `agent.name == "Agent ${n}"`],
  capability: (n) => [`capability=skill-${n % 1000}`, `"skill-${n % 1000}" in agent.capabilities`],
  'two capabilities': (n) => [
    `capability=skill-${n % 1000}&capability=common`,
    `agent.capabilities.containsAll(["skill-${n % 1000}", "common"])`,
  ],
  metadata: (n) => [`metadata.team=team-${n % 500}`, `agent.metadata.team == "team-${n % 500}"`],
};

/** Of their kind, as much work for each agent as the limits allow. */
const WORST = {
  'a regular expression': 'agent.name.matches("^(?:[a-z]+[0-9]*){1,30}x$")',
  'macros in macros': `agent.capabilities.exists(a, agent.capabilities.exists(b, ${Array(20).fill('(a == b && a.contains("zz"))').join(' || ')}))`,
  'version ranges': Array(10).fill('satisfies(agent.version, ">=9.1.0-a <9.2.0 || ^10.2.3-b")').join(' || '),
  'sums of times': Array(12).fill('now - agent.last_seen + duration("1s") > duration("9999h")').join(' || '),
};

/** The statement is measured as the service makes it, on a connection of its own. */
const SELECTORS = {
  'a capability, in no such version': { capability: 'skill-42', version: '^9' },
  'three things that few have': {
    capability: 'skill-42',
    filter: 'agent.type == "type-33" && agent.metadata.team == "team-7"',
  },
  'five things, of which nearly all have four': {
    capability: 'common',
    filter:
      'agent.status == "active" && agent.category == "category-3" && agent.metadata.environment == "production" && agent.name == "x"',
  },
  'nothing that an index serves': { filter: 'agent.name.startsWith("Agent 77") && agent.metadata.serial > 1000000' },
  'one agent': { agent: 'fleet-00000042', capability: 'x' },
};
const SELECTOR_TURNS = 60;
const NEAR_MISSES = 10;

async function nearMisses(database) {
  const rows = [];
  for (const [name, request] of Object.entries(SELECTORS)) {
    const selector = new Selector(request);
    const times = new Map([0, NEAR_MISSES].map((wanted) => [wanted, []]));
    let found = 0;
    for (let n = 0; n < SELECTOR_TURNS; n++) {
      for (const wanted of n % 2 === 0 ? [0, NEAR_MISSES] : [NEAR_MISSES, 0]) {
        const options = { scope: { sight: 'all' }, limit: NEAR_MISSES, nearMisses: wanted };
        const { sql, parameters } = selectorStatement(selector, options, { now: new Date(), timeoutSeconds: 30 });
        const start = performance.now();
        const answer = await database.query(sql, parameters);
        times.get(wanted).push(performance.now() - start);
        found = Math.max(found, answer.rows.filter(({ failures }) => failures > 0).length);
      }
    }
    const [without, withThem] = [0, NEAR_MISSES].map((wanted) => median(times.get(wanted)));
    rows.push([name, ms(without), ms(withThem), ms(withThem - without), String(found)]);
  }
  return table(['a selector that no agent matches', 'matches, ms', 'and near misses, ms', 'more', 'found'], rows);
}

export async function run({ url, directory }) {
  const fleet = await createFleet(url, 'bench_filters', AGENTS);
  const service = await startService(fleet.url, directory, {
    HEARTBEAT_TIMEOUT_SECONDS: '86400',
    QUERY_TIMEOUT_MS: '60000',
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const time = async (query) => {
    const start = performance.now();
    await fetchOk(`${service.url}/agents?include_total=false&${query}`, agent);
    return performance.now() - start;
  };
  const expression = (text) => `filter=${encodeURIComponent(text)}`;
  try {
    const same = [];
    for (const [name, of] of Object.entries(SAME)) {
      const [simple, filter] = [[], []];
      for (let n = 0; n < PAIRS + WARM_UP; n++) {
        const [parameter, text] = of(n);
        const asked = n % 2 === 0 ? [parameter, expression(text)] : [expression(text), parameter];
        const times = [await time(asked[0]), await time(asked[1])];
        if (n < WARM_UP) continue;
        const [s, f] = n % 2 === 0 ? times : times.toReversed();
        simple.push(s);
        filter.push(f);
      }
      same.push([name, ms(median(simple)), ms(median(filter)), (median(filter) / median(simple)).toFixed(2)]);
    }
    const worst = [];
    for (const [name, text] of Object.entries(WORST)) {
      const times = [];
      for (let n = 0; n < WORST_TIMES; n++) times.push(await time(expression(text)));
      worst.push([name, String(text.length), ms(median(times)), ms(quantile(times, 1))]);
    }
    const near = await nearMisses(fleet.database);
    return [
      `${AGENTS.toLocaleString('en')} agents, pages of 100 without their total, one request at a time.`,
      table(['the same question', 'parameter, ms', 'expression, ms', 'ratio'], same),
      'Expressions that no index serves and that no agent matches:',
      table(['for each agent', 'characters', 'median, ms', 'slowest, ms'], worst),
      `What ${NEAR_MISSES} near misses cost, statement by statement in turn:`,
      near,
    ].join('\n\n');
  } finally {
    agent.destroy();
    await service.stop();
    await fleet.database.end();
  }
}

const ms = (value) => value.toFixed(2);

function fetchOk(url, agent) {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      let body = '';
      response.on('data', (chunk) => (body += chunk));
      response.on('end', () =>
        response.statusCode === 200 ? resolve() : reject(new Error(`${response.statusCode} ${url}: ${body}`)),
      );
    }).on('error', reject);
  });
}
