import { connect, type Socket } from 'node:net';
import { registration } from '../support/builders';
import { readStream, type ReadStream } from '../support/event-stream';
import { parseMetrics } from '../support/metrics-text';
import { PATIENCE } from '../support/patience';
import { createTestApp, type TestApp } from '../support/test-app';
import { until } from '../support/until';

const STREAMS = 20;
/** More than what the kernel keeps for a client that does not read. */
const LARGE = 'x'.repeat(60_000);

describe('Streams that want the same of the feed', () => {
  let app: TestApp;
  const streams: ReadStream[] = [];
  const sockets: Socket[] = [];
  beforeAll(async () => {
    app = await createTestApp({ HEARTBEAT_TIMEOUT_SECONDS: 86_400 });
  });
  afterEach(async () => {
    await Promise.all(streams.splice(0).map((stream) => stream.close()));
    for (const socket of sockets.splice(0)) socket.destroy();
    await until('all have left', PATIENCE, async () => (await followers()) === 0);
  });
  afterAll(() => app.close());

  const followers = async (): Promise<number> => {
    const text = await (await fetch(`${app.url}/metrics`)).text();
    return parseMetrics(text).get('event_log_followers')!;
  };
  const open = async (query: string): Promise<ReadStream> => {
    const stream = await readStream(`${app.url}/events/stream?${query}`);
    streams.push(stream);
    await stream.untilMessage('bookmark');
    return stream;
  };
  const register = async (id: string, metadata: Record<string, unknown> = {}): Promise<void> => {
    const { status } = await app.request('POST', '/agents/register', registration({ id, metadata }));
    expect([200, 201]).toContain(status);
  };
  const cursorNow = async (): Promise<string> =>
    String((await app.request('GET', '/events?after=now')).body.next_cursor);
  const subjects = (stream: ReadStream): unknown[] => stream.events.map(({ data }) => data.subject);
  const filter = (text: string): string => `filter=${encodeURIComponent(text)}`;

  it('are one follower of the log, whatever the spelling of the filter, and each gets everything once', async () => {
    const texts = ['event.agent_id != "b"', 'event.agent_id!="b"', '(event.agent_id != "b")'];
    for (let n = 0; n < STREAMS; n++) await open(`after=now&${filter(texts[n % texts.length]!)}`);
    await until('they are one', PATIENCE, async () => (await followers()) === 1);
    const other = await open(`after=now&${filter('event.agent_id == "b"')}`);
    await until('another one wants something else', PATIENCE, async () => (await followers()) === 2);
    for (const id of ['a', 'b', 'c']) await register(id);
    await other.untilEvents(1);
    expect(subjects(other)).toEqual(['b']);
    for (const stream of streams.slice(0, STREAMS)) {
      await stream.untilEvents(2);
      expect(subjects(stream)).toEqual(['a', 'c']);
    }
  });

  it('get the same from wherever each begins, also in the midst of changes', async () => {
    const start = await cursorNow();
    const ids = Array.from({ length: 60 }, (_, n) => `many-${n}`);
    const writing = (async () => {
      for (const id of ids) await register(id);
    })();
    const opened: ReadStream[] = [];
    while (opened.length < STREAMS) opened.push(await open(`after=${start}`));
    await writing;
    for (const stream of opened) {
      await stream.untilEvents(ids.length);
      expect(subjects(stream)).toEqual(ids);
    }
    await until('they are one', PATIENCE, async () => (await followers()) === 1);
    // Each message has the cursor after it.
    const [middle] = opened[0]!.events.slice(29);
    const rest = await open(`after=${middle!.id}`);
    await rest.untilEvents(30);
    expect(subjects(rest)).toEqual(ids.slice(30));
  });

  it('are not held up by one that does not read for a while, which goes on by itself and misses nothing', async () => {
    const start = await cursorNow();
    const reader = await open(`after=${start}`);
    const slow = await paused(`/events/stream?after=${start}`);
    const count = 100;
    for (let n = 0; n < count; n++) await register('large', { text: LARGE, n });
    await reader.untilEvents(count);
    let text = '';
    slow.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    slow.resume();
    const revisions = (): string[] => [...text.matchAll(/"id":"(\d+)","source"/g)].map(([, id]) => id!);
    await until('the slow one has everything', PATIENCE, () => revisions().length >= count);
    expect(revisions()).toEqual(reader.events.map(({ data }) => data.id));
    await register('after');
    await reader.untilEvents(count + 1);
    await until('the slow one is there again', PATIENCE, () => revisions().length === count + 1);
    await until('they are one again', PATIENCE, async () => (await followers()) === 1);
  });

  /** A stream of which the client reads nothing after its head. */
  async function paused(path: string): Promise<Socket> {
    const { hostname, port } = new URL(app.url);
    const socket = connect(Number(port), hostname);
    sockets.push(socket);
    socket.write(`GET ${path} HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`);
    let head = '';
    await new Promise<void>((resolve) => {
      const read = (chunk: Buffer): void => {
        head += chunk.toString();
        if (!head.includes('bookmark')) return;
        socket.off('data', read).pause();
        resolve();
      };
      socket.on('data', read);
    });
    return socket;
  }
});
