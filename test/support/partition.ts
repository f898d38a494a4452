import { setTimeout as pause } from 'node:timers/promises';
import { storedAgents } from './history/agent-log';
import { bearer, withTokens, type TestToken } from './access';
import { unexplainedDeaths } from './deaths-check';
import { PartitionedAgents } from './partitioned-agents';
import { ServiceProcess } from './service-process';
import { TcpRelay } from './tcp-relay';
import { createTestDatabase, type TestDatabase } from './test-database';
import { until } from './until';

export const TIMEOUT = 6;
const FLEET: TestToken = { name: 'fleet', token: 'token-of-fleet', scopes: ['agent'] };
const SETTINGS = {
  ...(withTokens(FLEET) as Record<string, string>),
  HEARTBEAT_TIMEOUT_SECONDS: String(TIMEOUT),
  HEARTBEAT_SWEEP_INTERVAL_SECONDS: '1',
  HEARTBEAT_FLUSH_INTERVAL_MS: '100',
  RATE_LIMIT_AUTH_FAILURES_PER_SECOND: '0',
};
/** Most of the fleet is well, so that self-preservation hides nothing. */
const FAR = 45;
const NEAR = 8;

export const NOTHING_WRONG = { deaths: [], unexpected: [], granted: [] };

/** Two replicas, of which one can be cut off from the database, and agents that know one of them or both. */
export class Partition {
  readonly agents = new PartitionedAgents();
  /** Agents that know only the replica that is cut off. */
  readonly loyal = names('loyal', NEAR);
  /** Agents that ask the other one when it does not take their beat. */
  readonly roaming = names('roaming', NEAR);
  readonly far = names('far', FAR);
  /** Agents with a former token that both replicas have denied before anything happens. */
  private readonly stolen = names('stolen', 3);

  private constructor(
    private readonly database: TestDatabase,
    readonly relay: TcpRelay,
    private readonly whole: ServiceProcess,
    private readonly cut: ServiceProcess,
  ) {}

  static async start(): Promise<Partition> {
    const database = await createTestDatabase();
    const relay = await TcpRelay.to(database.url);
    await relay.open();
    const [whole, cut] = await Promise.all(
      [database.url, relay.url].map((url) => ServiceProcess.start({ env: { ...SETTINGS, DATABASE_URL: url } })),
    );
    const partition = new Partition(database, relay, whole!, cut!);
    await partition.begin();
    return partition;
  }

  async end(): Promise<void> {
    await this.agents.stop();
    await ServiceProcess.killAll();
    await this.relay.close();
    await this.database.drop();
  }

  /** Waits until all these agents are acknowledged again. */
  async untilAcknowledged(ids: string[]): Promise<void> {
    const counts = new Map(ids.map((id) => [id, this.acknowledgements(id)]));
    await until('all beats are acknowledged', 120, () =>
      ids.every((id) => this.acknowledgements(id) > counts.get(id)!),
    );
  }

  /** Lets agents go on for as long as they take for so many timeouts. */
  async lasts(timeouts: number): Promise<void> {
    await pause(timeouts * TIMEOUT * 1000);
  }

  /** Waits until an agent is declared dead that really has fallen silent: all others have been judged then too. */
  private async untilSilentIsFound(id: string): Promise<void> {
    this.agents.silence([id]);
    await until('the silent agent is unhealthy', 120, async () => {
      const rows = await this.database.query(`SELECT 1 FROM agents WHERE id = $1 AND status <> 'active'`, [id]);
      return rows.length > 0;
    });
  }

  /** Waits until each of these agents has been refused by the replica that is cut off. */
  async untilRefused(ids: string[]): Promise<void> {
    await until('all are refused', 120, () => ids.every((id) => this.agents.refused.get(id)!.includes(this.cut.url)));
  }

  /**
   * What has gone wrong, once every agent has been judged; then the agents stop. Deaths of agents that had an acknowledgement within their
   * timeout, answers that should not be, and what void tokens were granted.
   */
  async findings(): Promise<{ deaths: string[]; unexpected: string[]; granted: string[] }> {
    await this.untilSilentIsFound(this.far[0]!);
    await this.agents.stop();
    return { deaths: await this.deaths(), unexpected: this.agents.unexpected, granted: this.agents.granted };
  }

  private async deaths(): Promise<string[]> {
    const stored = await storedAgents(this.database, [...this.loyal, ...this.roaming, ...this.far]);
    return stored.flatMap(({ id, events }) => {
      const changes = events.flatMap(({ occurredAt, to }) => (to === null ? [] : [{ occurredAt, to }]));
      const acknowledged = this.agents.acknowledged.get(id)!;
      return unexplainedDeaths(acknowledged, changes, TIMEOUT * 1000).map(({ occurredAt }) => {
        const last = acknowledged.findLast(({ answeredAt }) => answeredAt < occurredAt);
        return `${id} dead ${occurredAt - (last?.sentAt ?? 0)} ms after a beat was sent that was acknowledged`;
      });
    });
  }

  /** All agents are registered and known where they will beat. */
  private async begin(): Promise<void> {
    const agents = [...this.loyal, ...this.roaming, ...this.far];
    const tokens = new Map<string, string>();
    for (const id of [...agents, ...this.stolen]) tokens.set(id, await this.register(id));
    for (const id of this.far) this.agents.begin(id, tokens.get(id)!, [this.whole.url]);
    for (const id of this.loyal) this.agents.begin(id, tokens.get(id)!, [this.cut.url]);
    for (const id of this.roaming) this.agents.begin(id, tokens.get(id)!, [this.cut.url, this.whole.url]);
    await this.untilAcknowledged(agents);
    for (const id of this.stolen) await this.voidToken(id, tokens.get(id)!);
  }

  private async register(id: string): Promise<string> {
    const body = JSON.stringify({ id, name: id, type: 'worker', heartbeat: { interval_seconds: 1 } });
    const headers = { 'content-type': 'application/json', ...bearer(FLEET.token) };
    const answer = await fetch(`${this.whole.url}/agents/register`, { method: 'POST', headers, body });
    return ((await answer.json()) as { token: string }).token;
  }

  /** Both replicas have seen the token in use, and then that it is void; from then on it is tried again and again. */
  private async voidToken(id: string, token: string): Promise<void> {
    const both = [this.whole.url, this.cut.url];
    const statuses = (): Promise<number[]> =>
      Promise.all(both.map(async (url) => (await fetch(`${url}/agents/${id}`, { headers: bearer(token) })).status));
    await until('the token is good', 120, async () => (await statuses()).every((status) => status === 200));
    await this.register(id);
    await until('the token is void', 120, async () => (await statuses()).every((status) => status === 401));
    this.agents.abuse(id, token, both);
  }

  private acknowledgements(id: string): number {
    return this.agents.acknowledged.get(id)!.length;
  }
}

function names(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${name}-${index}`);
}
