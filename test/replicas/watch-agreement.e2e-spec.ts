import { registration } from '../support/builders';
import { readStream, type ReadStream } from '../support/event-stream';
import { createPatientApp } from '../support/patient-app';
import { Random } from '../support/random';
import type { TestApp } from '../support/test-app';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { until } from '../support/until';

const SEED = Number(process.env.WATCH_SEED ?? Math.floor(Math.random() * 2 ** 31));
const AGENTS = 30;
const ROUNDS = 25;
const SELECTIONS = [
  '',
  'type=a',
  'status=active',
  `filter=${encodeURIComponent('agent.version == "2" || agent.type == "b"')}`,
  `filter=${encodeURIComponent('agent.type == "c" && agent.status != "maintenance"')}`,
];

/** What a client keeps of the agents that match, which it is told of by one stream after another. */
class Follower {
  private readonly agents = new Map<string, string>();
  private stream: ReadStream | undefined;
  private cursor: string | undefined;
  private taken = 0;
  /** What came that can never be right. */
  readonly wrong: string[] = [];

  constructor(readonly selection: string) {}

  /** Connects where it was; it has to begin anew until it was told of all agents once. */
  async connect(url: string): Promise<void> {
    if (this.cursor === undefined) this.agents.clear();
    this.taken = 0;
    const after = this.cursor === undefined ? '' : `&after=${this.cursor}`;
    this.stream = await readStream(`${url}/agents/watch?${this.selection}${after}`, { accept: 'text/event-stream' });
  }

  /** Cuts the connection, whatever has come by then. */
  async cut(): Promise<void> {
    await this.stream?.close();
    this.take();
    this.stream = undefined;
  }

  get isConnected(): boolean {
    return this.stream !== undefined;
  }

  /** The agents as they are known, each with what {@link summaryOf} gives. */
  state(): string[] {
    this.take();
    return [...this.agents.values()].sort();
  }

  private take(): void {
    const messages = this.stream?.messages ?? [];
    for (const { id, event, data } of messages.slice(this.taken)) {
      if (event === 'upsert') this.agents.set(String(data.id), summaryOf(data));
      else if (event === 'remove') this.agents.delete(String(data.id));
      else if (event === 'gone') this.wrong.push(JSON.stringify(data));
      this.cursor = id ?? this.cursor;
    }
    this.taken = messages.length;
  }
}

function summaryOf(agent: Record<string, unknown>): string {
  return ['id', 'type', 'version', 'status'].map((field) => String(agent[field])).join(' ');
}

describe(`watches while agents change on two replicas (WATCH_SEED=${SEED})`, () => {
  let database: TestDatabase;
  let apps: TestApp[];

  beforeAll(async () => {
    database = await createTestDatabase();
    apps = [await createPatientApp({}, database), await createPatientApp({}, database)];
  });

  afterAll(async () => {
    for (const app of apps) await app.close();
    await database.drop();
  });

  it('end with the agents of the table, whenever they began and however often they were cut', async () => {
    const random = new Random(SEED);
    const followers = SELECTIONS.flatMap((selection) => [new Follower(selection), new Follower(selection)]);
    for (let round = 0; round < ROUNDS; round++) {
      const changes = Array.from({ length: 12 }, () => change(random, random.pick(apps)));
      for (const follower of followers) {
        if (follower.isConnected && random.chance(0.3)) await follower.cut();
        if (!follower.isConnected && random.chance(0.6)) await follower.connect(random.pick(apps).url);
      }
      await Promise.all(changes);
    }
    for (const follower of followers) {
      if (!follower.isConnected) await follower.connect(random.pick(apps).url);
      const { body } = await apps[0]!.request<{ agents: Record<string, unknown>[] }>(
        'GET',
        `/agents?limit=1000&${follower.selection}`,
      );
      const expected = body.agents.map(summaryOf).sort();
      let state: string[] = [];
      const isEqual = (): boolean => (state = follower.state()).join() === expected.join();
      await until('the client has what the table has', 60, isEqual).catch(() => undefined);
      expect({ selection: follower.selection, state }).toEqual({ selection: follower.selection, state: expected });
      expect(follower.wrong).toEqual([]);
      await follower.cut();
    }
  });

  async function change(random: Random, app: TestApp): Promise<void> {
    const id = `agent-${random.between(1, AGENTS)}`;
    const fields = { type: random.pick(['a', 'b', 'c']), version: random.pick(['1', '2']) };
    const [method, path, body] = random.pick<[string, string, object | undefined]>([
      ['POST', '/agents/register', registration({ id, ...fields })],
      ['POST', '/agents/register', registration({ id, ...fields })],
      ['PATCH', `/agents/${id}`, random.chance(0.5) ? { type: fields.type } : { version: fields.version }],
      ['PUT', `/agents/${id}/status`, { status: random.pick(['maintenance', 'active']) }],
      ['DELETE', `/agents/${id}`, undefined],
    ]);
    const { status } = await app.request(method, path, body);
    expect([200, 201, 204, 404, 409, 410, 412]).toContain(status);
  }
});
