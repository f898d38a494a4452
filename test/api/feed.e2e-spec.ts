import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { encodePosition } from '../../src/events/log/log-position';
import { EventLogReader } from '../../src/events/log/event-log.reader';
import { StreamHub } from '../../src/platform/streams/stream-hub';
import { RetentionService } from '../../src/retention/retention.service';
import { registration } from '../support/builders';
import { readStream, type ReadStream } from '../support/event-stream';
import { createTestApp, type TestApp } from '../support/test-app';
import { until } from '../support/until';

interface FeedPage {
  events: { revision: number; type: string; agent_id: string; data: Record<string, unknown> }[];
  next_cursor: string;
  has_more: boolean;
  code?: string;
  oldest_cursor?: string;
}

const QUIET = { HEARTBEAT_TIMEOUT_SECONDS: 86_400, EVENT_RETENTION_SECONDS: 86_400 };
const SSE = { accept: 'text/event-stream' };

describe('The feed', () => {
  let app: TestApp;
  const streams: ReadStream[] = [];
  beforeAll(async () => {
    app = await createTestApp(QUIET);
    for (const id of ['a', 'b', 'c']) await register(id);
  });
  afterEach(async () => {
    await Promise.all(streams.splice(0).map((stream) => stream.close()));
  });
  afterAll(() => app.close());

  const register = (id: string, fields = {}) =>
    app.request('POST', '/agents/register', registration({ id, ...fields }));
  const change = (id: string, version = randomUUID()) => app.request('PATCH', `/agents/${id}`, { version });
  const page = async (query = ''): Promise<FeedPage> =>
    (await app.request<FeedPage & Record<string, unknown>>('GET', `/events${query}`)).body;
  const now = async (): Promise<string> => (await page('?after=now')).next_cursor;
  const open = async (query: string, headers: Record<string, string> = SSE): Promise<ReadStream> => {
    const stream = await readStream(`${app.url}/events${query}`, headers);
    streams.push(stream);
    return stream;
  };
  const revisionsOf = ({ events }: FeedPage): number[] => events.map(({ revision }) => revision);

  describe('as pages', () => {
    it('gives events oldest first, page by page, and then nothing with the same cursor', async () => {
      const whole = await page();
      expect(revisionsOf(whole)).toEqual([...revisionsOf(whole)].sort((a, b) => a - b));
      expect(whole.events.length).toBeGreaterThanOrEqual(3);
      const found: number[] = [];
      let current = await page('?limit=1');
      for (; ; current = await page(`?limit=1&after=${current.next_cursor}`)) {
        found.push(...revisionsOf(current));
        if (!current.has_more) break;
        expect(current.events).toHaveLength(1);
      }
      expect(found).toEqual(revisionsOf(whole));
      expect(await page(`?after=${current.next_cursor}`)).toEqual({
        events: [],
        next_cursor: current.next_cursor,
        has_more: false,
      });
    });

    it('begins with what comes after now', async () => {
      const cursor = await now();
      await change('a');
      const { events } = await page(`?after=${cursor}`);
      expect(events).toMatchObject([{ type: 'updated', agent_id: 'a', data: { changed: ['version'] } }]);
    });

    it('waits for an event, and answers empty when there was none', async () => {
      const waiting = page(`?after=${await now()}&wait=50`);
      await until('it waits', 150, () => app.app.get(EventLogReader).following > 0);
      await change('b');
      expect((await waiting).events).toMatchObject([{ agent_id: 'b' }]);
      const cursor = await now();
      const empty = page(`?after=${cursor}&wait=5`);
      await until('it waits', 150, () => app.app.get(EventLogReader).following > 0);
      await app.clock.advance(6);
      expect(await empty).toEqual({ events: [], next_cursor: cursor, has_more: false });
    });

    it.each<[query: string, expected: string[]]>([
      ['type=deregistered', ['deregistered leaver']],
      [
        'agent_id=leaver&agent_id=stayer',
        ['registered leaver', 'registered stayer', 'updated stayer', 'deregistered leaver'],
      ],
      ['filter=event.type == "updated" && agent.id == "stayer"', ['updated stayer']],
      ['filter=event.data.changed.exists(f, f == "version") && event.agent_id == "stayer"', ['updated stayer']],
      [
        'filter=event.to == "active" && event.actor.kind == "anonymous" && agent.type == "kind-1"',
        ['registered stayer'],
      ],
      ['filter=!has(agent.id) && event.agent_id == "leaver"', ['registered leaver', 'deregistered leaver']],
    ])('selects by %s', async (query, expected) => {
      const cursor = await now();
      await register('leaver', { type: 'kind-1' });
      await register('stayer', { type: 'kind-1' });
      await change('stayer');
      await app.request('DELETE', '/agents/leaver');
      const encoded = query.replace(/filter=(.*)/, (_, filter: string) => `filter=${encodeURIComponent(filter)}`);
      const { events, next_cursor: next, has_more: hasMore } = await page(`?after=${cursor}&${encoded}`);
      expect(events.map(({ type, agent_id: id }) => `${type} ${id}`)).toEqual(expected);
      expect(hasMore).toBe(false);
      expect((await page(`?after=${next}`)).events).toEqual([]); // it has moved on past the others
      await app.request('DELETE', '/agents/stayer');
    });

    it.each([
      ['after=nonsense', 'after'],
      ['limit=0', 'limit'],
      ['limit=1001', 'limit'],
      ['wait=56', 'wait'],
      ['type=', 'type'],
      ['unknown=1', 'unknown'],
      ['filter=event.nothing', 'filter'],
    ])('refuses %s by name', async (query, field) => {
      const { status, body } = await app.request('GET', `/events?${query}`);
      expect([status, (body.errors as { field: string }[])[0]!.field]).toEqual([400, field]);
    });

    it('says of a cursor that it is of another database, or from the future, and where the log begins', async () => {
      const { epoch, revision } = app.app.get(EventLogReader).settled!;
      for (const position of [
        { epoch: randomUUID(), revision: 1n },
        { epoch, revision: revision + 1_000n },
      ]) {
        const { status, body } = await app.request('GET', `/events?after=${encodePosition(position)}`);
        expect([status, body.code]).toEqual([410, 'cursor_invalid']);
        expect((await page(`?after=${String(body.oldest_cursor)}`)).events).toEqual((await page()).events);
      }
    });
  });

  describe.each<[format: string, path: string, headers: Record<string, string>, type: string]>([
    ['server-sent events', '', SSE, 'text/event-stream; charset=utf-8'],
    ['server-sent events', '/stream', {}, 'text/event-stream; charset=utf-8'],
    ['JSON lines', '', { accept: 'application/x-ndjson' }, 'application/x-ndjson; charset=utf-8'],
  ])('as %s of /events%s', (_, path, headers, type) => {
    it('gives each event as a CloudEvent, once, and says where the present begins', async () => {
      const cursor = await now();
      await change('a');
      const stream = await open(`${path}?after=${cursor}`, headers);
      expect(stream.status).toBe(200);
      expect(stream.headers.get('content-type')).toBe(type);
      expect(stream.headers.get('x-accel-buffering')).toBe('no');
      expect(stream.headers.get('cache-control')).toContain('no-transform');
      await stream.untilMessage('bookmark');
      await change('b');
      const events = await stream.untilEvents(2);
      const { body: b } = await app.request('GET', '/agents/b');
      const { events: paged } = await page(`?after=${cursor}`);
      expect(events.map(({ data }) => data)).toMatchObject([
        { subject: 'a', data: { agent: { id: 'a' } } },
        { subject: 'b', data: { agent: { id: 'b', version: b.version } } },
      ]);
      for (const [index, { id, event, data }] of events.entries()) {
        const { revision, type: eventType } = paged[index]!;
        expect([event, data.id, data.type]).toEqual([eventType, String(revision), `ai.noaark.agent.${eventType}.v1`]);
        expect(data).toMatchObject({
          specversion: '1.0',
          source: '/agent-registry',
          datacontenttype: 'application/json',
        });
        expect(revisionsOf(await page(`?after=${id!}`))).toEqual(
          revisionsOf({ ...(await page()), events: paged.slice(index + 1) }),
        );
      }
    });

    it('goes on after the id that came last, and that counts more than the URL', async () => {
      const cursor = await now();
      for (const id of ['a', 'b', 'c']) await change(id);
      const first = await open(`${path}?after=${cursor}`, headers);
      const [one] = await first.untilEvents(3);
      const rest = await open(`${path}?after=${cursor}`, { ...headers, 'last-event-id': one!.id! });
      expect((await rest.untilEvents(2)).map(({ data }) => data.subject)).toEqual(['b', 'c']);
    });

    it('moves the cursor on where nothing is found, and shows that it is there', async () => {
      const cursor = await now();
      const stream = await open(`${path}?after=${cursor}&agent_id=nobody`, headers);
      await stream.untilMessage('bookmark');
      await change('a');
      const moved = await now();
      const before = stream.text;
      await until('a bookmark has the new position', 150, async () => {
        await app.clock.advance(16);
        return stream.messages.at(-1)?.id === moved;
      });
      expect(stream.events).toEqual([]);
      expect(stream.text.startsWith(before)).toBe(true);
    });

    it('is refused before it begins when the cursor is gone', async () => {
      const cursor = encodePosition({ epoch: randomUUID(), revision: 1n });
      const { status, body } = await app.request('GET', `/events${path}?after=${cursor}`, undefined, headers);
      expect([status, body.code]).toEqual([410, 'cursor_invalid']);
    });
  });

  it('is in metrics of streams and not of requests', async () => {
    const stream = await open('/stream?after=now');
    const metrics = async (): Promise<string> => (await fetch(`${app.url}/metrics`)).text();
    expect(await metrics()).toContain('streams_open{kind="events"} 1');
    await stream.close();
    await until('it has ended', 150, async () => !(await metrics()).includes('streams_open{kind="events"} 1'));
    expect(await metrics()).toMatch(/streams_ended_total\{kind="events",reason="client"\} \d/);
    expect(await metrics()).not.toMatch(/route="\/events\/stream",status="200"/); // refusals are requests like others
  });

  it('says that a cursor has expired exactly when an event after it has been purged', async () => {
    const cursors = [await now()];
    for (let n = 0; n < 3; n++) {
      await change('a');
      cursors.push(await now());
    }
    await app.database.query(
      `UPDATE agent_events SET occurred_at = occurred_at - interval '2 days'
        WHERE revision <= (SELECT max(revision) - 1 FROM agent_events)`,
    );
    await app.app.get(RetentionService).run();
    const answers = await Promise.all(
      cursors.map((cursor) => app.request<FeedPage & Record<string, unknown>>('GET', `/events?after=${cursor}`)),
    );
    expect(answers.map(({ status, body }) => [status, body.code ?? body.events.length])).toEqual([
      [410, 'cursor_expired'],
      [410, 'cursor_expired'],
      [200, 1],
      [200, 0],
    ]);
    expect(answers[0]!.body.oldest_cursor).toBe(cursors[2]);
    expect(revisionsOf(await page())).toEqual(revisionsOf(answers[2]!.body));
  });
});

describe('The streams of a replica', () => {
  it('are bounded, and say when to come again', async () => {
    const app = await createTestApp({ ...QUIET, STREAMS_MAX: 1 });
    const stream = await readStream(`${app.url}/events/stream?after=now`);
    const { status, body, headers } = await app.request('GET', '/events/stream?after=now');
    expect([status, body.code]).toEqual([503, 'too_many_streams']);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await app.request('GET', '/events?after=now')).status).toBe(200);
    await stream.close();
    await until('there is room again', 150, async () => {
      const next = await readStream(`${app.url}/events/stream?after=now`);
      await next.close();
      return next.status === 200;
    });
    await app.close();
  });

  it('end at the stop, with the time after which to come back', async () => {
    const app = await createTestApp(QUIET);
    const streams = await Promise.all(
      Array.from({ length: 5 }, () => readStream(`${app.url}/events/stream?after=now`)),
    );
    for (const stream of streams) await stream.untilMessage('bookmark');
    await app.app.close();
    await until('all have ended', 150, () => streams.every(({ isEnded }) => isEnded));
    const retries = streams.map(({ text }) => Number(/^retry: (\d+)$/m.exec(text)?.[1]));
    for (const retry of retries) expect(retry >= 1_000 && retry <= 5_000).toBe(true);
    expect(new Set(retries).size).toBeGreaterThan(1);
    for (const stream of streams)
      expect(await stream.untilMessage('end')).toMatchObject({ data: { code: 'shutting_down' } });
    await app.database.drop();
  });

  it('hold no more for a client that does not read than their bound, and let it go', async () => {
    const app = await createTestApp({ ...QUIET, STREAM_BUFFER_BYTES: 1024 * 1024 });
    const { hostname, port } = new URL(app.url);
    const socket = connect(Number(port), hostname).pause();
    socket.on('error', () => undefined);
    socket.write('GET /events/stream?after=now HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const hub = app.app.get(StreamHub, { strict: false });
    const openStreams = (): number => hub.openByKind.get('events') ?? 0;
    await until('its stream is open', 150, () => openStreams() === 1);
    const reader = await readStream(`${app.url}/events/stream?after=now`);
    await reader.untilMessage('bookmark');
    const metadata = { filling: 'x'.repeat(60_000) };
    for (let n = 0; n < 150; n++)
      await app.request('POST', '/agents/register', registration({ id: `large-${n}`, metadata }));
    await reader.untilEvents(150); // which it does not hold up
    await until('it is let go', 150, async () => {
      await app.clock.advance(31);
      return openStreams() === 1;
    });
    expect(reader.isEnded).toBe(false);
    await reader.close();
    socket.destroy();
    await app.close();
  });
});
