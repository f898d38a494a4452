import * as fc from 'fast-check';
import { DatabaseMonitor } from '../../../src/platform/database/database-monitor';
import { BeatFlusher } from '../../../src/heartbeat/beat-flusher';
import { createPatientApp } from '../../support/patient-app';
import { operationsOf, type Operation } from '../../support/operations';
import type { TestApp } from '../../support/test-app';
import { WireClient, type Reply, type Sent } from '../../support/wire';
import { HOSTILE_IDS } from './arbitraries';
import { faultsOf } from './legal-answer';
import { HEADS, JSON_TYPE, oddHeads, requestTo, type Kind, type Oddity } from './requests';
import { brokenLimitsOf } from './stored-agents';
import { WriteLog } from './write-log';

const SAFE = ['GET', 'HEAD', 'OPTIONS'];
const WHEN_ASKED = { HEARTBEAT_FLUSH_INTERVAL_MS: 3600_000, QUERY_TIMEOUT_MS: 600_000 };
/** After so many random requests the agents are made active and plain again. */
const ROUND = 25;

/**
 * The service, for requests that mean no good. Each answer is held against the contract, and what each request has written against its
 * answer: a refused one, and one that only reads, must not have written anything.
 */
export class HostileTarget {
  private enrolledAt = -1;
  /** What the service has asked of its database since {@link faultsOfWrites} looked last. */
  private readonly asked: jest.SpyInstance;

  private constructor(
    readonly app: TestApp,
    private readonly client: WireClient,
    /** Every documented method of every documented path. */
    readonly operations: Operation[],
    private readonly writes: WriteLog,
  ) {
    this.asked = jest.spyOn(app.app.get(DatabaseMonitor), 'failFast');
  }

  /** Nothing but requests writes: no sweep runs, and accepted heartbeats are flushed after each request. */
  static async start(): Promise<HostileTarget> {
    const app = await createPatientApp(WHEN_ASKED);
    const client = new WireClient(app.url);
    const { body } = await client.exchange({ method: 'GET', path: '/openapi.json' });
    return new HostileTarget(
      app,
      client,
      operationsOf(body).filter(hasAnEnd).map(atOnce),
      await WriteLog.on(app.database),
    );
  }

  async close(): Promise<void> {
    this.client.close();
    await this.app.close();
  }

  /**
   * Those of the operations that take a body. Not those of webhooks, which are delivered whenever they are there, so that what is written
   * is not of requests alone: webhooks.e2e-spec.ts has theirs.
   */
  get withBody(): Operation[] {
    return this.operations.filter(({ path, example }) => example !== undefined && !path.startsWith('/webhooks'));
  }

  /** Rows that were written since the start. */
  get written(): number {
    return this.writes.count;
  }

  /** Makes the agents active and plain again. */
  async enrol(): Promise<void> {
    if (this.written === this.enrolledAt) return;
    for (const id of HOSTILE_IDS) {
      const body = JSON.stringify({ id, name: id, type: 'worker', metadata: { kept: true } });
      await this.ask({ method: 'POST', path: '/agents/register', headers: JSON_TYPE, body });
      // An operator's maintenance outlasts a registration. 409: there was none.
      const active = JSON.stringify({ status: 'active' });
      await this.ask({ method: 'PUT', path: `/agents/${id}/status`, headers: JSON_TYPE, body: active });
    }
    this.enrolledAt = this.written;
  }

  /**
   * Sends a request and gives its answer.
   * @throws Error when the answer breaks the contract, or the request has written what it must not
   */
  async ask(sent: Sent): Promise<Reply> {
    const reply = await this.client.exchange(sent);
    const faults = [...faultsOf(reply, sent.method), ...(await this.faultsOfWrites([reply], sent.method))];
    const id = sent.headers?.['x-request-id']?.replaceAll(/^[\t ]+|[\t ]+$/g, '') ?? '';
    if (/^[!-~]{1,128}$/.test(id) && reply.headers['x-request-id'] !== id) faults.push('X-Request-Id is another');
    if (faults.length > 0) throw new Error(`${sent.method} ${sent.path}: ${faults.join('\n')}`);
    return reply;
  }

  /**
   * As {@link ask} does, a request to this operation.
   * @throws Error also when the document does not name the error that it answers with
   */
  async call(operation: Operation, odd?: Oddity): Promise<Reply> {
    const sent = requestTo(operation, odd);
    const reply = await this.ask(sent);
    if (reply.status < 400 || sent.method === 'HEAD') return reply;
    const { code } = JSON.parse(reply.body) as { code: string };
    // An odd target is none of the operation's, and what comes before routing is said of all operations at once.
    if (code === 'route_not_found' || operation.problems[reply.status]?.includes(code)) return reply;
    throw new Error(`${sent.method} ${sent.path}: openapi.json does not say that it answers ${reply.status} ${code}`);
  }

  /** As {@link ask} does, bytes on a connection of their own; see {@link WireClient.converse}. */
  async converse(bytes: Buffer | string, isAll = false): Promise<Reply[]> {
    const replies = await this.client.converse(bytes, isAll);
    const faults = replies.flatMap((reply) => faultsOf(reply, 'GET'));
    faults.push(...(replies.length > 0 ? await this.faultsOfWrites(replies) : ['there is no answer']));
    if (faults.length > 0) throw new Error(faults.join('\n'));
    return replies;
  }

  /** Asks the random requests of a kind, so many times as many. */
  async withstand({ requests, runs }: Kind, seed: number, times = 1): Promise<void> {
    let asked = 0;
    const property = fc.asyncProperty(requests(this.operations), async (sent) => {
      if (asked++ % ROUND === 0) await this.enrol();
      await this.ask(sent);
    });
    await fc.assert(property, { numRuns: runs * times, seed });
  }

  /** Sends random heads of requests, so many times as many; each gets one answer. */
  async withstandHeads(seed: number, times = 1): Promise<void> {
    const property = fc.asyncProperty(oddHeads, async (bytes) => {
      const replies = await this.converse(bytes);
      if (replies.length !== 1) throw new Error(`there are ${replies.length} answers`);
    });
    await fc.assert(property, { numRuns: HEADS * times, seed });
  }

  /** @throws Error when of any agent the changes and the events are not the same number. Two kinds of events change none. */
  async expectNothingTorn(): Promise<void> {
    const torn = await this.app.database.query(
      `SELECT id, generation, count(revision)::int AS events FROM agents
          LEFT JOIN agent_events AS event ON agent_id = id AND event.type NOT IN ('availability', 'superseded')
        GROUP BY id, generation HAVING generation <> count(revision)`,
    );
    if (torn.length > 0) throw new Error(`agents and their events disagree: ${JSON.stringify(torn)}`);
  }

  /** Every agent that is there and cannot be read or is beyond a limit of the contract, with the limits. */
  async agentsBeyondLimits(): Promise<object[]> {
    const rows = await this.app.database.query<{ id: string }>('SELECT id FROM agents WHERE deregistered_at IS NULL');
    if (rows.length < HOSTILE_IDS.length) throw new Error('the agents that were enrolled are not there');
    const beyond: object[] = [];
    for (const { id } of rows) {
      const limits = brokenLimitsOf(await this.ask({ method: 'GET', path: `/agents/${encodeURIComponent(id)}` }));
      if (limits.length > 0) beyond.push({ id, limits });
    }
    return beyond;
  }

  private async faultsOfWrites(replies: Reply[], method = ''): Promise<string[]> {
    const isFlushed = await this.app.app.get(BeatFlusher).flush();
    const rows = this.asked.mock.calls.length > 0 ? await this.writes.next() : [];
    this.asked.mockClear();
    const mayWrite = !SAFE.includes(method) && replies.some((reply) => reply.status < 400 || isSuperseded(reply));
    const written = mayWrite || rows.length === 0 ? [] : [`it has written\n${rows.join('\n')}`];
    return isFlushed ? written : [...written, 'the heartbeats that were accepted cannot be written'];
  }
}

/** A beat that is refused because another process is the agent by now: the log gets an event of that. */
function isSuperseded({ status, body }: Reply): boolean {
  return status === 409 && body.includes('"code":"superseded"');
}

/** Streams last as long as their client wants. */
function hasAnEnd({ path }: Operation): boolean {
  return !path.endsWith('/stream');
}

/** Without the parameter for which an answer waits. */
function atOnce(operation: Operation): Operation {
  return { ...operation, queryParameters: operation.queryParameters.filter((name) => name !== 'wait') };
}
