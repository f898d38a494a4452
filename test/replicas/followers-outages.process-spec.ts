import { randomBytes } from 'node:crypto';
import { registration } from '../support/builders';
import { readStream } from '../support/event-stream';
import { FeedFollower, PollingFollower, summaryOf, WatchFollower } from '../support/followers';
import { parseMetrics } from '../support/metrics-text';
import { PATIENCE } from '../support/patience';
import { PostgresServer } from '../support/postgres-server';
import { Random } from '../support/random';
import { changeSomething, holdLogOpen } from '../support/random-changes';
import { ServiceProcess } from '../support/service-process';
import { Sink } from '../support/sink';
import { TcpRelay } from '../support/tcp-relay';
import { until } from '../support/until';

const SEED = Number(process.env.FOLLOWERS_SEED ?? Math.floor(Math.random() * 2 ** 31));
const ROUNDS = Number(process.env.FOLLOWERS_ROUNDS ?? 8);
const CHANGES_A_ROUND = 24;
const SECRETS_KEY = randomBytes(32).toString('base64');
const JSON_BODY = { 'content-type': 'application/json' };
jest.setTimeout(900_000);

/** What `followers` has not: the server of the database itself goes, and webhooks follow as well. */
describe(`followers whose database goes (FOLLOWERS_SEED=${SEED})`, () => {
  let primary: PostgresServer;
  let standby: PostgresServer | undefined;
  let relay: TcpRelay;
  let sinks: Sink[];
  let services: ServiceProcess[];
  /** The second one has two workers, which share its streams. */
  const start = (workers: number): Promise<ServiceProcess> =>
    ServiceProcess.start({
      env: {
        DATABASE_URL: relay.url,
        SECRETS_KEY,
        OUTBOUND_ALLOW_HOSTS: 'localhost',
        HEARTBEAT_TIMEOUT_SECONDS: '86400',
        WEBHOOK_RETRY_SCHEDULE: '1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1',
        ...(workers > 1 && { WEB_CONCURRENCY: String(workers) }),
      },
    });

  beforeEach(async () => {
    primary = await PostgresServer.start();
    relay = await TcpRelay.to(primary.url);
    await relay.open();
    sinks = await Promise.all([Sink.start(), Sink.start()]);
    services = [await start(1), await start(2)];
  });
  afterEach(async () => {
    await ServiceProcess.killAll();
    await relay.close();
    for (const sink of sinks) await sink.close();
    await primary.remove();
    await standby?.remove();
    standby = undefined;
  });

  const register = async (id: string): Promise<void> => {
    await until(`${id} is registered`, PATIENCE, async () => {
      const body = JSON.stringify(registration({ id }));
      const answer = await fetch(`${services[0]!.url}/agents/register`, { method: 'POST', headers: JSON_BODY, body });
      await answer.arrayBuffer();
      return answer.ok;
    });
  };
  const makeWebhook = async (sink: Sink, more: object = {}): Promise<void> => {
    const body = JSON.stringify({ url: sink.url, start: 'oldest', ...more });
    const answer = await fetch(`${services[0]!.url}/webhooks`, { method: 'POST', headers: JSON_BODY, body });
    expect(answer.status).toBe(201);
  };
  const log = (): Promise<{ revision: string; agentId: string; type: string }[]> =>
    primary.query(
      `SELECT revision::text, agent_id AS "agentId", type FROM agent_events ORDER BY agent_events.revision`,
    );
  /** The standby takes the place of the primary, with all that was acknowledged. */
  const failOver = async (): Promise<void> => {
    await relay.close();
    await primary.stop('immediate');
    await standby!.promote();
    await primary.remove();
    [primary, standby] = [standby!, undefined];
    relay.leadTo(primary.url);
    await relay.open();
  };
  /** Ends the service that delivers for a webhook outright, while a sink keeps it waiting. */
  const killWhoDelivers = async (): Promise<void> => {
    const silent = sinks[0]!;
    const before = silent.received.length;
    silent.answer = () => 'silence';
    await register('agent-1');
    await until('an event is under way', PATIENCE, async () => {
      await changeSomething(new Random(before), services[0]!.url);
      return silent.received.slice(before).some(({ status }) => status === undefined);
    });
    let delivering = -1;
    await until('somebody delivers', PATIENCE, async () => {
      const counts = await Promise.all(services.map(deliversFor));
      delivering = counts.findIndex((count) => count > 0);
      return delivering >= 0;
    });
    await services[delivering]!.stop('SIGKILL', 'group');
    silent.answer = () => 204;
    services[delivering] = await start(delivering + 1);
  };
  const deliversFor = async ({ url }: ServiceProcess): Promise<number> => {
    const answer = await fetch(`${url}/metrics`);
    const series = [...parseMetrics(await answer.text()).keys()];
    return series.filter((name) => name.startsWith('webhook_lag_seconds{')).length;
  };

  it('see every change once and in order, webhooks at least once, and watches end with the agents of the table', async () => {
    const random = new Random(SEED);
    const feeds = [
      new FeedFollower(undefined),
      new FeedFollower(undefined, 'application/x-ndjson'),
      new FeedFollower('event.type == "updated"'),
      new PollingFollower(),
    ];
    const watches = ['', 'type=a', 'status=active', `filter=${encodeURIComponent('agent.version == "2"')}`].map(
      (selection, index) =>
        new WatchFollower(selection, index % 2 === 0 ? 'text/event-stream' : 'application/x-ndjson'),
    );
    const followers = [...feeds, ...watches];
    const follow = async (): Promise<void> => {
      await Promise.all(followers.map((follower) => follower.follow(random.pick(services).url)));
    };
    await makeWebhook(sinks[0]!);
    await makeWebhook(sinks[1]!, { types: ['updated', 'registered'] });
    standby = await primary.standby();
    // What the standby does not have yet, nobody has seen.
    await primary.query(`ALTER SYSTEM SET synchronous_standby_names = '*'`);
    await primary.query('SELECT pg_reload_conf()');

    const holdOpen = (): Promise<void> => holdLogOpen(random, primary.url, () => services.map(({ url }) => url), true);
    const upheavals = [
      holdOpen,
      () => primary.restart('fast'),
      killWhoDelivers,
      failOver,
      holdOpen,
      () => primary.restart('immediate'),
    ];
    for (let round = 0; round < ROUNDS; round++) {
      await follow();
      const changes = Array.from({ length: CHANGES_A_ROUND }, () => changeSomething(random, random.pick(services).url));
      const upheaval = upheavals[round] ?? random.pick(upheavals.filter((each) => each !== failOver));
      await upheaval();
      await Promise.all(changes);
    }
    await register('last');

    const events = await log();
    const revisionsOf = (wanted: typeof events): string[] => wanted.map(({ revision }) => revision);
    const updated = revisionsOf(events.filter(({ type }) => type === 'updated'));
    for (const [index, feed] of feeds.entries()) {
      const expected = index === 2 ? updated : revisionsOf(events);
      await until('the feed has come to its end', PATIENCE, async () => {
        await follow();
        return feed.revisions.length >= expected.length;
      }).catch(() => undefined);
      expect({ index, revisions: feed.revisions }).toEqual({ index, revisions: expected });
      expect(feed.wrong).toEqual([]);
    }
    for (const watch of watches) {
      const answer = await fetch(`${services[0]!.url}/agents?limit=1000&${watch.selection}`);
      const { agents } = (await answer.json()) as { agents: Record<string, unknown>[] };
      const table = agents.map(summaryOf).sort();
      await until('the watch has what the table has', PATIENCE, async () => {
        await follow();
        return [...watch.agents.values()].sort().join() === table.join();
      }).catch(() => undefined);
      const { selection } = watch;
      expect({ selection, agents: [...watch.agents.values()].sort() }).toEqual({ selection, agents: table });
      expect(watch.wrong).toEqual([]);
    }
    for (const [index, sink] of sinks.entries()) {
      const wanted = events.filter(({ type }) => index === 0 || type === 'updated' || type === 'registered');
      const ids = [...new Set(wanted.map(({ agentId }) => agentId))];
      const expected = Object.fromEntries(
        ids.map((id) => [id, revisionsOf(wanted.filter(({ agentId }) => agentId === id))]),
      );
      const delivered = (): Record<string, string[]> => Object.fromEntries(ids.map((id) => [id, sink.firstIdsOf(id)]));
      await until('the webhook has come to its end', PATIENCE, () =>
        ids.every((id) => sink.firstIdsOf(id).length >= expected[id]!.length),
      ).catch(() => undefined);
      expect({ index, delivered: delivered() }).toEqual({ index, delivered: expected });
    }
    for (const follower of followers) await follower.cut();
  });

  it('are told to begin anew where a standby without the last changes has taken over, and lose none of its own', async () => {
    const link = await TcpRelay.to(primary.url);
    await link.open();
    standby = await primary.standby(link.url);
    const { url } = services[0]!;
    await makeWebhook(sinks[0]!);
    await register('kept');
    const [before] = await readUntil(`${url}/events/stream`, 1);
    await until('the webhook has it', PATIENCE, () => sinks[0]!.firstIdsOf('kept').length === 1);
    await standby.catchUpWith(primary);
    await link.close();
    sinks[0]!.answer = ({ event }) => (event.data.agent_id === 'lost' ? 'silence' : 204);
    await register('lost');
    const stream = await readStream(`${url}/events/stream`);
    const watch = await readStream(`${url}/agents/watch`, { accept: 'text/event-stream' });
    const lost = (await stream.untilEvents(2))[1]!;
    await watch.untilMessage('synced');
    await until('the webhook has that, too', PATIENCE, () => sinks[0]!.received.length === 2);
    await failOver();
    // The next event has the revision of the one that is lost, of which the sink answers only now.
    await primary.query(`SELECT setval('agent_events_revision_seq', (SELECT max(revision) FROM agent_events))`);
    sinks[0]!.release(204);
    await register('new');

    // One that found no database meanwhile has ended for that, and learns it from its cursor.
    for (const each of [stream, watch]) {
      await until('it has ended', PATIENCE, () => each.isEnded);
      expect(['cursor_invalid', 'store_unavailable']).toContain(each.messages.at(-1)?.data.code);
    }
    const resumed = await readStream(`${services[1]!.url}/agents/watch?after=${lost.id}`, {
      accept: 'text/event-stream',
    });
    expect(await resumed.untilMessage('gone')).toMatchObject({ data: { code: 'cursor_invalid' } });
    await until('it has ended', PATIENCE, () => resumed.isEnded);
    const refused = await fetch(`${services[1]!.url}/events?after=${lost.id}`);
    expect([refused.status, await refused.json()]).toMatchObject([410, { code: 'cursor_invalid' }]);
    const going = await readUntil(`${services[1]!.url}/events/stream?after=${before!.id}`, 1);
    expect(going.map(({ data }) => data.subject)).toEqual(['new']);
    const anew = await readUntil(`${services[1]!.url}/events/stream`, 2);
    expect(anew.map(({ data }) => data.subject)).toEqual(['kept', 'new']);
    await until('the webhook goes on', PATIENCE, () => sinks[0]!.firstIdsOf('new').length === 1);
    expect(sinks[0]!.taken.filter(({ event }) => event.data.agent_id === 'kept')).toHaveLength(1);
  });

  async function readUntil(url: string, count: number): Promise<Awaited<ReturnType<typeof readStream>>['events']> {
    const stream = await readStream(url);
    const events = await stream.untilEvents(count);
    await stream.close();
    return events;
  }
});
