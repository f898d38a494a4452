import { Client } from 'pg';
import { registration } from '../support/builders';
import { readStream, type Message, type ReadStream } from '../support/event-stream';
import { Random } from '../support/random';
import { ServiceProcess } from '../support/service-process';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { until } from '../support/until';

const SEED = Number(process.env.FOLLOWERS_SEED ?? Math.floor(Math.random() * 2 ** 31));
const REPLICAS = 3;
const ROUNDS = Number(process.env.FOLLOWERS_ROUNDS ?? 10);
const CHANGES_A_ROUND = 24;
const AGENTS = 25;
jest.setTimeout(900_000);

/** Follows one stream after the other, each on where the last one ended, whatever ends them. */
abstract class Follower {
  protected cursor: string | undefined;
  private stream: ReadStream | undefined;
  private taken = 0;

  protected abstract path(): string;
  protected abstract take(message: Message): void;

  /** Takes what has come, and connects to this replica if it has no stream. */
  async follow(url: string): Promise<void> {
    this.takeAll();
    if (this.stream && !this.stream.isEnded) return;
    this.stream = await readStream(url + this.path(), { accept: 'text/event-stream' }).catch(() => undefined);
    if (this.stream?.status !== 200) this.stream = undefined; // the replica starts or stops
    this.taken = 0;
  }

  async cut(): Promise<void> {
    await this.stream?.close();
    this.takeAll();
    this.stream = undefined;
  }

  private takeAll(): void {
    const messages = this.stream?.messages ?? [];
    for (const message of messages.slice(this.taken)) {
      this.take(message);
      this.cursor = message.id ?? this.cursor;
    }
    this.taken = messages.length;
  }
}

/** Keeps the revisions of all events of a selection, in the order in which they came. */
class FeedFollower extends Follower {
  readonly revisions: string[] = [];
  /** Bookmarks that claim more than was sent. */
  readonly wrong: string[] = [];

  constructor(private readonly filter: string | undefined) {
    super();
  }

  protected path(): string {
    const filter = this.filter === undefined ? '' : `&filter=${encodeURIComponent(this.filter)}`;
    return `/events/stream?${this.cursor === undefined ? '' : `after=${this.cursor}`}${filter}`;
  }

  protected take({ event, data }: Message): void {
    if (event === 'gone') this.wrong.push(JSON.stringify(data));
    if (data.specversion !== undefined) this.revisions.push(String(data.id));
  }
}

/** Keeps the agents that match. */
class WatchFollower extends Follower {
  readonly agents = new Map<string, string>();
  readonly wrong: string[] = [];

  constructor(readonly selection: string) {
    super();
  }

  protected path(): string {
    if (this.cursor === undefined) this.agents.clear(); // it was cut off before it had all of them
    return `/agents/watch?${this.selection}${this.cursor === undefined ? '' : `&after=${this.cursor}`}`;
  }

  protected take({ event, data }: Message): void {
    if (event === 'upsert') this.agents.set(String(data.id), summaryOf(data));
    else if (event === 'remove') this.agents.delete(String(data.id));
    else if (event === 'gone') this.wrong.push(JSON.stringify(data));
  }
}

function summaryOf(agent: Record<string, unknown>): string {
  return ['id', 'type', 'version', 'status'].map((field) => String(agent[field])).join(' ');
}

/** Checked in the style of etcd's robustness tests: what followers saw, against what the table has in the end. */
describe(`followers of three replicas (FOLLOWERS_SEED=${SEED})`, () => {
  let database: TestDatabase;
  let replicas: ServiceProcess[];
  const start = (): Promise<ServiceProcess> =>
    ServiceProcess.start({ env: { DATABASE_URL: database.url, HEARTBEAT_TIMEOUT_SECONDS: '86400' } });

  beforeAll(async () => {
    database = await createTestDatabase();
    replicas = await Promise.all(Array.from({ length: REPLICAS }, start));
  });

  afterAll(async () => {
    await ServiceProcess.killAll();
    await database.drop();
  });

  it('see every change once and in order, and end with the agents of the table, whatever is killed meanwhile', async () => {
    const random = new Random(SEED);
    const feeds = [undefined, undefined, 'event.type == "updated"', 'event.to == "maintenance"'].map(
      (filter) => new FeedFollower(filter),
    );
    const watches = ['', 'type=a', 'status=active', `filter=${encodeURIComponent('agent.version == "2"')}`].map(
      (selection) => new WatchFollower(selection),
    );
    const followers = [...feeds, ...watches];
    const follow = async (): Promise<void> => {
      await Promise.all(followers.map((follower) => follower.follow(random.pick(replicas).url)));
    };

    for (let round = 0; round < ROUNDS; round++) {
      await follow();
      const changes = Array.from({ length: CHANGES_A_ROUND }, () => change(random, random.pick(replicas)));
      const upheaval = random.pick([killOne, cutDatabase, holdOpen, cutFollowers]);
      await upheaval(random, followers);
      await Promise.all(changes);
    }

    const log = await database.query<{ revision: string; type: string; to: string | null }>(
      `SELECT revision::text, type, to_status AS "to" FROM agent_events ORDER BY agent_events.revision`,
    );
    expect(log.length).toBeGreaterThan(ROUNDS);
    const expected = [
      log,
      log,
      log.filter(({ type }) => type === 'updated'),
      log.filter(({ to }) => to === 'maintenance'),
    ].map((events) => events.map(({ revision }) => revision));
    for (const [index, feed] of feeds.entries()) {
      await until('the feed has come to its end', 120, async () => {
        await follow();
        return feed.revisions.length >= expected[index]!.length;
      }).catch(() => undefined);
      expect(feed.revisions).toEqual(expected[index]);
      expect(feed.wrong).toEqual([]);
    }
    for (const watch of watches) {
      const answer = await fetch(`${replicas[0]!.url}/agents?limit=1000&${watch.selection}`);
      const { agents } = (await answer.json()) as { agents: Record<string, unknown>[] };
      const table = agents.map(summaryOf).sort();
      await until('the watch has what the table has', 120, async () => {
        await follow();
        return [...watch.agents.values()].sort().join() === table.join();
      }).catch(() => undefined);
      expect({ selection: watch.selection, agents: [...watch.agents.values()].sort() }).toEqual({
        selection: watch.selection,
        agents: table,
      });
      expect(watch.wrong).toEqual([]);
    }
    for (const follower of followers) await follower.cut();
  });

  /** What is not answered may have been done or not. */
  async function change(random: Random, replica: ServiceProcess): Promise<void> {
    const id = `agent-${random.between(1, AGENTS)}`;
    const fields = { type: random.pick(['a', 'b']), version: random.pick(['1', '2']) };
    const [method, path, body] = random.pick<[string, string, object | undefined]>([
      ['POST', '/agents/register', registration({ id, ...fields })],
      ['POST', '/agents/register', registration({ id, ...fields })],
      ['PATCH', `/agents/${id}`, random.chance(0.5) ? { type: fields.type } : { version: fields.version }],
      ['PUT', `/agents/${id}/status`, { status: random.pick(['maintenance', 'active']) }],
      ['DELETE', `/agents/${id}`, undefined],
    ]);
    const headers = { 'content-type': 'application/json' };
    const answer = fetch(replica.url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    await answer.then((response) => response.arrayBuffer()).catch(() => undefined);
  }

  async function killOne(random: Random): Promise<void> {
    const index = random.between(0, REPLICAS - 1);
    await replicas[index]!.stop('SIGKILL');
    replicas[index] = await start();
  }

  async function cutDatabase(): Promise<void> {
    await database.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
  }

  /** A transaction that has drawn a revision and stays open while others commit theirs; in the end it commits or not. */
  async function holdOpen(random: Random): Promise<void> {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    await client.query('BEGIN');
    await client.query(`INSERT INTO agent_events (agent_id, type) VALUES ('held-open', 'updated')`);
    await Promise.all(Array.from({ length: 10 }, () => change(random, random.pick(replicas))));
    await client.query(random.chance(0.5) ? 'COMMIT' : 'ROLLBACK');
    await client.end();
  }

  async function cutFollowers(random: Random, followers: Follower[]): Promise<void> {
    for (const follower of followers) if (random.chance(0.7)) await follower.cut();
  }
});
