import { randomInt } from 'node:crypto';
import { Client } from 'pg';
import type { AgentEvent } from '../../src/events/agent-event';
import { EventLogRepository } from '../../src/events/event-log.repository';
import { EventStream } from '../../src/events/event-stream';
import { registration } from '../support/builders';
import { Random } from '../support/random';
import { createTestApp, type TestApp } from '../support/test-app';
import { until } from '../support/until';

/** Reads a stream from a revision on, until it is closed. */
function follow(app: TestApp, from = '0'): { revisions: number[]; events: AgentEvent[]; close(): Promise<void> } {
  const ending = new AbortController();
  const events: AgentEvent[] = [];
  const revisions: number[] = [];
  const reading = (async () => {
    for await (const event of app.app.get(EventStream).from(from, ending.signal)) {
      events.push(event);
      revisions.push(Number(event.revision));
    }
  })();
  reading.catch(() => undefined); // until it is closed
  const close = async (): Promise<void> => {
    ending.abort();
    await reading;
  };
  return { revisions, events, close };
}

/** No agent falls silent meanwhile, however slow the machine is: that would be an event. */
const UNSWEPT = { HEARTBEAT_TIMEOUT_SECONDS: 86_400 };

describe('The event stream', () => {
  let app: TestApp;
  let far: TestApp;
  const clients: Client[] = [];
  beforeAll(async () => {
    app = await createTestApp(UNSWEPT);
    far = await createTestApp(UNSWEPT, app.database);
  });
  afterAll(async () => {
    await Promise.all(clients.map((client) => client.end()));
    await far.close();
    await app.close();
  });

  // A transaction that a failed test has left open would hold up the next.
  afterEach(() => Promise.all(clients.map((client) => client.query('ROLLBACK'))));

  const connect = async (): Promise<Client> => {
    const client = new Client({ connectionString: app.database.url });
    await client.connect();
    clients.push(client);
    return client;
  };
  /** As every writer: it holds its agent, and so has a transaction id, before it draws a revision. */
  const draw = async (client: Client, id: string): Promise<number> => {
    await client.query('BEGIN');
    await client.query(`INSERT INTO agents (id, name, type, status) VALUES ($1, 'n', 't', 'inactive')`, [id]);
    const { rows } = await client.query<{ revision: string }>(
      `INSERT INTO agent_events (agent_id, type) VALUES ($1, 'imported') RETURNING revision`,
      [id],
    );
    return Number(rows[0]!.revision);
  };
  const logged = async (): Promise<number[]> => {
    const { rows } = await clients[0]!.query<{ revision: string }>(
      'SELECT revision FROM agent_events ORDER BY revision',
    );
    return rows.map(({ revision }) => Number(revision));
  };

  it('gives whole events, of other replicas too, and goes on after any revision', async () => {
    const stream = follow(app);
    await app.request('POST', '/agents/register', registration({ id: 'whole' }));
    await far.request('PATCH', '/agents/whole', { version: '2' });
    await until('both events are there', 150, () => stream.events.length >= 2);
    expect(stream.events).toMatchObject([
      {
        agentId: 'whole',
        type: 'registered',
        cause: 'registration',
        from: null,
        to: 'active',
        actor: { kind: 'anonymous' },
      },
      { agentId: 'whole', type: 'updated', cause: 'operator', data: { changed: ['version'] } },
    ]);
    await stream.close();
    const rest = follow(far, String(stream.revisions[0]));
    await until('the second event is there', 150, () => rest.events.length >= 1);
    expect(rest.events).toEqual([stream.events[1]]);
    await rest.close();
  });

  it.each<[end: 'COMMIT' | 'ROLLBACK', passed: (first: number, second: number) => number[]]>([
    ['COMMIT', (first, second) => [first, second]],
    ['ROLLBACK', (_, second) => [second]],
  ])('waits for a lower revision that is drawn and not committed, until its %s', async (end, passed) => {
    const [slow, fast, later] = [await connect(), await connect(), await connect()];
    const start = Math.max(0, ...(await logged()));
    const first = await draw(slow, `slow-${end}`);
    const second = await draw(fast, `fast-${end}`);
    await fast.query('COMMIT');
    const stream = follow(app, String(start));
    // The stream has read the log with the gap in it once it has met an event behind a gap several times over.
    await far.request('POST', '/agents/register', registration({ id: `after-${end}` }));
    const reads = jest.spyOn(app.app.get(EventLogRepository), 'after');
    await until('the log has been read again and again', 150, () => reads.mock.calls.length > 3);
    expect(stream.revisions).toEqual([]);
    // Runs on, and has begun after the gap was seen: it holds nobody up.
    await draw(later, `later-${end}`);
    await slow.query(end);
    await until('the stream goes on', 150, () => stream.revisions.length > passed(first, second).length);
    expect(stream.revisions.slice(0, -1)).toEqual(passed(first, second));
    await later.query('ROLLBACK');
    await stream.close();
    reads.mockRestore();
  });

  it('skips no event and repeats none while many write, some fail, and readers come and go', async () => {
    const seed = Number(process.env.STREAM_SEED ?? randomInt(2 ** 31));
    const random = new Random(seed);
    const start = Math.max(0, ...(await logged()));
    const whole = follow(app, String(start));
    const pieces: number[] = [];
    /** Reads on where the last piece has ended, until it has something and `isEnd`. */
    const readPiece = async (isEnd: (piece: number[]) => boolean): Promise<void> => {
      const piece = follow(far, String(pieces.at(-1) ?? start));
      await until('a piece is read', 150, () => isEnd(piece.revisions));
      await piece.close();
      pieces.push(...piece.revisions);
    };
    let isWriting = true;
    const resuming = (async () => {
      while (isWriting) await readPiece((piece) => piece.length > 0 || !isWriting);
    })();
    const writers = await Promise.all(Array.from({ length: 8 }, connect));
    await Promise.all(
      writers.map(async (client, writer) => {
        for (let n = 0; n < 25; n++) {
          await draw(client, `many-${writer}-${n}`);
          for (let wait = random.between(0, 3); wait > 0; wait--) await client.query('SELECT 1');
          await client.query(random.chance(0.2) ? 'ROLLBACK' : 'COMMIT');
        }
      }),
    );
    isWriting = false;
    const expected = (await logged()).filter((revision) => revision > start);
    await until('all is read', 150, () => whole.revisions.length >= expected.length);
    await resuming;
    await readPiece((piece) => pieces.length + piece.length >= expected.length);
    await whole.close();
    expect({ seed, revisions: whole.revisions }).toEqual({ seed, revisions: expected });
    expect({ seed, revisions: pieces }).toEqual({ seed, revisions: expected });
  });
});
