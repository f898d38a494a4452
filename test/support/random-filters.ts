import type { AgentSkill } from '../../src/agent/agent-skill';
import type { AgentEntity } from '../../src/registry/agent.entity';
import type { Json } from '../../src/query/filter-tree';
import type { SelectorRequest } from '../../src/registry/selector/selector';
import type { Random } from './random';

/** The moment at which the agents of {@link randomAgents} are looked at. */
export const NOW = new Date('2026-03-01T12:00:00.000Z');

const WORDS = [
  'a',
  'b',
  'eu',
  'x%y',
  'x_y',
  'Z',
  'é',
  '1.2',
  '',
  'nlp/ner',
  'nlp/pos',
  '😀',
  '\uffff',
  "it's",
  'back\\slash',
];
const SECRETIVE = ['https://user:pass@host/', 'postgres://db/', 'token=abc', 'Bearer abcdefgh12'];
const KEYS = ['team', 'n', 'k', 'list', 'deep', 'password', 'max_tokens', '__proto__', 'constructor'];
const NUMBERS = [0, 1, 2, 2.5, -3, 1e21, 0.1, 9007199254740991, 1e-7];
const VERSIONS = [
  '1.0.0',
  '1.2.3',
  '2.0.0',
  '2.0.0-alpha',
  '2.0.0-alpha.1',
  '2.0.0-alpha.beta',
  '2.0.0-11',
  '2.1.0+build',
  'v3.4.5',
  '1.2',
  'x',
  '2.0.0-rc.1',
];
const RANGES = [
  '^1',
  '^1.2 || >=3.4.1',
  '>=2.0.0-alpha <3',
  '2.0.0-alpha.1',
  '~2.0.0-0',
  '*',
  '<2',
  '1.x',
  '>1.0.0 <=2.0.0',
  '=2.1.0',
];

function json(random: Random, depth: number): Json {
  const scalar = (): Json => random.pick<Json>([...WORDS, ...SECRETIVE, ...NUMBERS, true, false, null]);
  if (depth === 0 || random.chance(0.5)) return scalar();
  if (random.chance(0.5)) return Array.from({ length: random.between(0, 3) }, () => json(random, depth - 1));
  return object(random, depth - 1);
}

function object(random: Random, depth: number): { [key: string]: Json } {
  const keys = KEYS.filter(() => random.chance(0.45));
  return Object.fromEntries(keys.map((key) => [key, json(random, depth)]));
}

function randomSkills(random: Random): AgentSkill[] {
  const ids = [...new Set(Array.from({ length: random.between(1, 3) }, () => random.pick(WORDS)))];
  return ids.map((id) => ({
    id,
    ...(random.chance(0.6) && { version: random.pick(VERSIONS) }),
    ...(random.chance(0.3) && { tags: [random.pick(WORDS)] }),
    ...(random.chance(0.3) && { input_schema: object(random, 1) }),
  }));
}

/** Agents that have, lack and mistype what {@link randomFilter} asks for. */
export function randomAgents(random: Random, count: number): AgentEntity[] {
  const time = (): Date => new Date(NOW.getTime() - random.between(0, 10) * 60_000 - random.between(0, 3) * 333);
  const figure = (): number | undefined => (random.chance(0.6) ? random.pick([0, 12.5, 50, 97, 100]) : undefined);
  return Array.from({ length: count }, (_, index) => ({
    id: `id-${String(index).padStart(4, '0')}`,
    name: `${random.pick(WORDS)}${index % 3}`,
    type: random.pick(['a', 'b', 'worker']),
    category: random.chance(0.3) ? null : random.pick(WORDS),
    version: random.chance(0.2) ? null : random.pick(VERSIONS),
    capabilities: [...new Set(Array.from({ length: random.between(0, 4) }, () => random.pick(WORDS)))],
    endpoints: Object.fromEntries(
      ['http', 'grpc'].filter(() => random.chance(0.5)).map((key) => [key, `${key}://${random.pick(WORDS)}`]),
    ),
    status: random.pick(['active', 'unhealthy', 'maintenance']),
    description: random.chance(0.4) ? null : random.pick(WORDS),
    locality: random.chance(0.4) ? null : random.pick(['eu', 'eu/de', 'eu/de/fra1', 'us']),
    skills: random.chance(0.4) ? [] : randomSkills(random),
    accepts: [],
    depends_on: [],
    metadata: object(random, 3),
    registeredAt: time(),
    lastSeen: random.chance(0.1) ? null : time(),
    health: random.chance(0.3)
      ? null
      : {
          status: random.pick(['healthy', 'degraded'] as const),
          last_check: time().toISOString(),
          cpu_percent: figure(),
          memory_percent: figure(),
          error_count: figure(),
          ...(random.chance(0.3) && { message: random.pick(WORDS) }),
          ...(random.chance(0.5) && { metrics: object(random, 2) }),
        },
    ready: random.pick([null, true, false]),
    load: random.chance(0.4) ? null : random.pick([0, 0.000001, 0.123456, 0.3, 0.5, 1]),
    heartbeat: { interval_seconds: random.pick([1, 10, 60]), enabled: random.chance(0.8) },
    generation: 1,
    maintenanceBy: null,
    deregisteredAt: null,
    bannedAt: null,
    incarnation: null,
    owner: random.chance(0.3) ? null : random.pick(['ann', 'bob']),
  }));
}

/** The text of an expression in which every operator, macro, function and name of the language may occur. */
export function randomFilter(random: Random): string {
  return new Generator(random).condition(3);
}

/** A selector with some members, among them filters of several conditions. */
export function randomSelector(random: Random): SelectorRequest {
  const capability = random.pick([...WORDS.filter((word) => word !== ''), 'nlp/*', 'n/*']);
  const conditions = Array.from({ length: random.between(1, 4) }, () =>
    new Generator(random).condition(random.between(0, 1)),
  );
  const joined = conditions.reduce((left, right) =>
    random.chance(0.3) ? `(${left} && ${right})` : `${left} && ${right}`,
  );
  const selector: SelectorRequest = {
    ...(random.chance(0.15) && { agent: `id-${String(random.between(0, 70)).padStart(4, '0')}` }),
    ...(random.chance(0.5) && { capability }),
    ...(random.chance(0.25) && { skill: random.pick(WORDS.filter((word) => word !== '')) }),
    ...(random.chance(0.4) && { version: random.pick(RANGES) }),
    ...(random.chance(0.7) && { filter: random.chance(0.2) ? randomFilter(random) : joined }),
  };
  return Object.keys(selector).length > 0 ? selector : { capability };
}

class Generator {
  private locals: string[] = [];

  constructor(private readonly random: Random) {}

  condition(depth: number): string {
    if (depth === 0 || this.random.chance(0.25)) return this.atom();
    const inner = (): string => this.condition(depth - 1);
    switch (this.random.weighted({ and: 3, or: 3, not: 2, conditional: 1, macro: 3 })) {
      case 'and':
        return `(${inner()} && ${inner()})`;
      case 'or':
        return `(${inner()} || ${inner()})`;
      case 'not':
        return `!(${inner()})`;
      case 'conditional':
        return `(${inner()} ? ${inner()} : ${inner()})`;
      default:
        return this.macro(depth);
    }
  }

  private macro(depth: number): string {
    if (this.locals.length === 2) return this.atom();
    const range = this.random.chance(0.15) ? '["a", "nlp/ner", 1, 2.5]' : this.dynamic();
    const local = this.random.pick(['e', 'f']);
    this.locals.push(local);
    const body = this.condition(depth - 1);
    this.locals.pop();
    return `${range}.${this.random.pick(['exists', 'all', 'exists_one'])}(${local}, ${body})`;
  }

  private atom(): string {
    const { random } = this;
    const op = (): string => random.pick(['<', '<=', '>', '>=']);
    const equals = (): string => random.pick(['==', '!=']);
    const number = (): string =>
      random.pick(['0', '1', '2', '2.5', '0.123456', '-3', '50', '1e21', '9007199254740991', '0.1']);
    switch (random.between(0, 24)) {
      case 0:
        return `${this.column()} ${equals()} ${this.word()}`;
      case 1:
        return `${this.dynamic()} ${equals()} ${this.literal()}`;
      case 2:
        return `${this.dynamic()} ${op()} ${this.orderedLiteral()}`;
      case 3:
        return `${this.column()} ${op()} ${this.word()}`;
      case 4:
        return `${this.word()} in ${random.pick(['agent.capabilities', 'agent.endpoints', this.dynamic()])}`;
      case 5:
        return `${this.column()} in [${this.word()}, "active", ${this.word()}]`;
      case 6:
        return `${this.dynamic()} in [${this.literal()}, ${this.literal()}, ${this.dynamic()}]`;
      case 7:
        return `${this.dynamic()} in [${this.literal()}, ${this.literal()}]`;
      case 8:
        return `has(${random.pick([...this.members(), 'agent.category', 'agent.locality', 'agent.last_seen', 'agent.health', 'agent.health.cpu_percent', 'agent.owner'])})`;
      case 9:
        return `${this.text()}.${random.pick(['startsWith', 'endsWith', 'contains'])}(${random.chance(0.7) ? this.word() : this.text()})`;
      case 10:
        return `${this.text()}.matches(${random.pick(['"^a"', '"[a-z]+[0-9]"', 'r"x.y"', '"a|b"', '"^$"', '"."', 'r"\\w+/\\w{2,3}?$"', '"[^a-z]"', '"^(?:nlp|cv)/"', 'r"\\d\\.\\d"'])})`;
      case 11:
        return `size(${this.text()}) ${random.pick(['==', '>', '<='])} ${random.between(0, 3)}`;
      case 12:
        return `${this.dynamic()}.size() + 1 ${op()} ${random.between(0, 3)}`;
      case 13:
        return `${this.time()} ${random.pick(['<', '<=', '>', '>=', '==', '!='])} ${this.time()}`;
      case 14:
        return `now - agent.last_seen ${op()} duration("${random.pick(['2m', '300s', '-1s', '1m333ms'])}")`;
      case 15:
        return random.chance(0.4) ? random.pick(['agent.health.ready', 'agent.available']) : this.dynamic();
      case 16:
        return `${this.dynamic()} ${equals()} ${this.dynamic()}`;
      case 17:
        return `satisfies(${random.pick(['agent.version', 'agent.version', this.text()])}, ${JSON.stringify(random.pick(RANGES))})`;
      case 18: {
        const items = Array.from({ length: random.between(0, 3) }, () => random.pick([this.word(), '"nlp/*"', '"*"']));
        return `${random.pick(['agent.capabilities', 'agent.capabilities', this.dynamic()])}.${random.pick(['containsAll', 'containsAny'])}([${items.join(', ')}])`;
      }
      case 19:
        return `${this.figure()} ${random.pick(['==', '!=', '<', '>='])} ${number()}`;
      case 20:
        return `${this.figure()} ${random.pick(['+', '-', '*', '/'])} ${random.pick([this.figure(), '2.5', '0.0', '1e300', this.dynamic()])} ${op()} ${number()}`;
      case 21:
        return `agent.heartbeat.interval_seconds ${random.pick(['+', '-', '*', '/', '%'])} ${random.pick(['0', '3', '-7', 'agent.heartbeat.missed_beats', 'size(agent.name)'])} ${op()} ${random.between(-20, 20)}`;
      case 22:
        return `${this.time()}.${random.pick(['getFullYear', 'getMonth', 'getDate', 'getDayOfMonth', 'getDayOfWeek', 'getDayOfYear', 'getHours', 'getMinutes', 'getSeconds', 'getMilliseconds'])}() ${random.pick(['==', '<', '>='])} ${random.pick([0, 1, 11, 59, 333, 2026])}`;
      case 23:
        return `agent.health.status ${equals()} "${random.pick(['healthy', 'degraded', 'stale', 'unknown'])}"`;
      default:
        return `(${this.dynamic()} == ${this.literal()} ? ${this.dynamic()} : ${this.literal()}) ${equals()} ${this.literal()}`;
    }
  }

  private members(): string[] {
    const ofLocal = this.locals.flatMap((local) => [`${local}.team`, `${local}.password`]);
    return [
      ...ofLocal,
      'agent.metadata.team',
      'agent.metadata.deep.k',
      'agent.metadata.list',
      'agent.metadata.password',
      'agent.metadata.max_tokens',
      'agent.metadata.constructor',
      'agent.endpoints.http',
      'agent.health.metrics.n',
    ];
  }

  private dynamic(): string {
    const { random } = this;
    const local = this.locals.at(-1);
    if (local !== undefined && random.chance(0.6)) {
      const one = random.pick(this.locals);
      return random.pick([
        one,
        one,
        `${one}.k`,
        `${one}.id`,
        `${one}.version`,
        `${one}.team`,
        `${one}[0]`,
        `${local}["n"]`,
      ]);
    }
    return random.pick([
      ...this.members(),
      'agent.metadata.n',
      'agent.metadata["k"]',
      'agent.metadata["__proto__"]',
      'agent.metadata.list[0]',
      'agent.metadata.list[1].team',
      'agent.metadata.deep.list[1]',
      'agent.metadata.deep',
      'agent.metadata',
      'agent.capabilities',
      'agent.capabilities[0]',
      'agent.capabilities[5]',
      'agent.endpoints',
      'agent.skills',
      'agent.skills',
      'agent.skills[0]',
      'agent.skills[0].id',
      'agent.skills[1].version',
      'agent.health.metrics',
    ]);
  }

  private text(): string {
    return this.random.chance(0.5) ? this.column() : this.dynamic();
  }

  private column(): string {
    const columns = [
      'name',
      'type',
      'status',
      'category',
      'version',
      'owner',
      'health.message',
      'id',
      'description',
      'locality',
    ];
    return `agent.${this.random.pick(columns)}`;
  }

  private figure(): string {
    return `agent.health.${this.random.pick(['cpu_percent', 'memory_percent', 'error_count', 'uptime_seconds', 'load'])}`;
  }

  private time(): string {
    return this.random.pick([
      'agent.last_seen',
      'agent.registered_at',
      'agent.health.last_check',
      'now',
      'now - duration("3m")',
      'timestamp("2026-03-01T11:55:00.333Z")',
      '(agent.last_seen + duration("1m30s"))',
      '(agent.registered_at - duration("1h"))',
    ]);
  }

  private word(): string {
    return JSON.stringify(this.random.pick([...WORDS, ...SECRETIVE, 'active', 'worker', 'a1', 'ann', '1.2.3']));
  }

  private literal(): string {
    return this.random.pick([
      this.word(),
      this.word(),
      '1',
      '2',
      '2.5',
      '-3',
      '1e21',
      'true',
      'false',
      'null',
      '[]',
      '["a", "b"]',
      '{"k": 1}',
    ]);
  }

  private orderedLiteral(): string {
    return this.random.pick([this.word(), '1', '2.5', 'true', '1 + 1', '"a" + "b"']);
  }
}
