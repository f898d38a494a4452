import { FeedFollower, summaryOf, WatchFollower, type Follower } from '../support/followers';
import { Random } from '../support/random';
import { changeSomething, holdLogOpen } from '../support/random-changes';
import { ServiceProcess } from '../support/service-process';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { until } from '../support/until';

const SEED = Number(process.env.FOLLOWERS_SEED ?? Math.floor(Math.random() * 2 ** 31));
const REPLICAS = 3;
const ROUNDS = Number(process.env.FOLLOWERS_ROUNDS ?? 10);
const CHANGES_A_ROUND = 24;
jest.setTimeout(900_000);

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
      const changes = Array.from({ length: CHANGES_A_ROUND }, () => changeSomething(random, random.pick(replicas).url));
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

  const holdOpen = (random: Random): Promise<void> =>
    holdLogOpen(random, database.url, () => replicas.map(({ url }) => url));

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

  async function cutFollowers(random: Random, followers: Follower[]): Promise<void> {
    for (const follower of followers) if (random.chance(0.7)) await follower.cut();
  }
});
