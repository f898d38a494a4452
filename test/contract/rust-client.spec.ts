import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');
const CRATE = join(ROOT, 'clients/rust');
const SOURCE = ['model', 'skill', 'graph', 'error', 'stream']
  .map((module) => readFileSync(join(CRATE, `src/${module}.rs`), 'utf8'))
  .join('\n');
const OPENAPI = JSON.parse(readFileSync(join(ROOT, 'openapi.json'), 'utf8')) as {
  components: { schemas: Record<string, { properties?: Record<string, unknown>; enum?: string[] }> };
  paths: Record<string, Record<string, { parameters: { name: string }[] }>>;
};

/** The types of the crate, by the schema of openapi.json that they read or write. */
const TYPES = {
  RegisterAgent: 'Registration',
  HeartbeatSettings: 'HeartbeatSettings',
  Registration: 'Registered',
  RotatedToken: 'RotatedToken',
  WhoAmI: 'Identity',
  RegisteredHeartbeat: 'Cadence',
  HealthReport: 'HealthReport',
  HeartbeatRequest: 'Beat',
  HeartbeatResponse: 'HeartbeatResponse',
  AgentSummary: 'AgentSummary',
  Agent: 'Agent',
  Health: 'Health',
  Heartbeat: 'Heartbeat',
  AgentHealth: 'AgentHealth',
  AgentSkill: 'Skill',
  AgentDependency: 'Dependency',
  DiscoverAgents: 'DiscoverQuery',
  AgentPage: 'AgentPage',
  Deregistration: 'Deregistered',
  ServiceHealth: 'ServiceHealth',
  Violation: 'FieldError',
  FeedEvent: 'Event',
  Actor: 'Actor',
  Graph: 'Graph',
  GraphNode: 'GraphNode',
  GraphEdge: 'GraphEdge',
  UnresolvedDependency: 'UnresolvedDependency',
  NearMiss: 'NearMiss',
  FailedRequirement: 'FailedRequirement',
  Impact: 'Impact',
  BrokenAgent: 'BrokenAgent',
  DegradedAgent: 'DegradedAgent',
};

/** Members of records are those of its types: it cannot ask for some of them alone. */
const NOT_ASKED = ['fields'];

/** What streams have beside the event. */
const OF_STREAMS: Readonly<Record<string, string[]>> = { Event: ['agent', 'cursor'] };

/** What is between the braces of a definition, as rustfmt lays it out. */
function bodyOf(definition: RegExp): string {
  const found = new RegExp(`${definition.source} \\{\\n([^]*?)\\n\\}`, 'm').exec(SOURCE);
  if (!found) throw new Error(`there is no ${definition.source}`);
  return found[1]!;
}

/** The names of a type's members in JSON. */
function membersOf(type: string): string[] {
  const members = [...bodyOf(new RegExp(`^pub struct ${type}`)).matchAll(/((?: *#\[.*\]\n)*) *pub (\w+):/g)];
  return members.map(([, attributes, name]) => /rename = "(\w+)"/.exec(attributes!)?.[1] ?? name!);
}

const isAsked = (name: string): boolean => !NOT_ASKED.includes(name);

// Not compiled here: crates are to be fetched for that, and it takes a minute. clients/rust/test.sh does.
describe('The Rust client', () => {
  it.each(Object.entries(TYPES))('has all of %s in %s', (schema, type) => {
    const properties = Object.keys(OPENAPI.components.schemas[schema]!.properties!).filter(isAsked);
    const expected = [...properties, ...(OF_STREAMS[type] ?? [])];
    expect(membersOf(type).toSorted()).toEqual(expected.toSorted());
  });

  it.each(['AgentStatus', 'HealthStatus', 'CallerKind', 'Scope'])('knows all values of %s', (name) => {
    const values = [...bodyOf(new RegExp(`^ {4}${name}`)).matchAll(/ = "(\w+)",/g)].map(([, value]) => value);
    expect(values.toSorted()).toEqual(OPENAPI.components.schemas[name]!.enum!.toSorted());
  });

  it('can ask for all that lists are filtered by', () => {
    const asked = new Set([...bodyOf(/^impl ListQuery/).matchAll(/"(\w+)(?:\.\{key\})?"/g)].map(([, name]) => name!));
    const names = OPENAPI.paths['/agents']!.get!.parameters.map(({ name }) => name.replace('.<key>', '')).filter(
      isAsked,
    );
    expect([...asked].toSorted()).toEqual(names.toSorted());
  });

  const hasRustfmt = spawnSync('rustfmt', ['--version'], { stdio: 'ignore' }).status === 0;
  if (!hasRustfmt) {
    console.info('The form of the Rust client is not looked at: there is no rustfmt here');
    return;
  }
  it('has the form that rustfmt gives it', () => {
    const sources = ['src', 'tests', 'examples'].flatMap((folder) =>
      readdirSync(join(CRATE, folder), { recursive: true, encoding: 'utf8' }).flatMap((path) =>
        path.endsWith('.rs') ? [join(folder, path)] : [],
      ),
    );
    expect(sources).toContain('src/lib.rs');
    const check = spawnSync('rustfmt', ['--check', '--edition', '2021', ...sources], { cwd: CRATE, encoding: 'utf8' });
    expect(check.stdout + check.stderr).toBe('');
  });
});
