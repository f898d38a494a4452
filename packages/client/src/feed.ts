import { apiError } from './errors.js';
import { mayRetry, pause, pauseMs, type Backoff } from './retry.js';
import type { Transport, RequestOptions } from './transport.js';
import type { FeedQuery, FollowedEvent } from './types.js';

const BACKOFF: Backoff = { firstMs: 500, longestMs: 15_000 };
/** The service writes at least every 15 s. */
const SILENCE_MS = 45_000;

/** A line of the stream. */
interface Message {
  id?: string;
  event: string;
  data: Record<string, unknown>;
}

/**
 * The events after a cursor, and then those that come. A stream that ends, or is cut off, is opened again where it was; only the caller, a
 * refusal that waiting does not change, and a cursor that the log no longer has end it.
 */
export async function* followEvents(
  transport: Transport,
  query: FeedQuery,
  options: RequestOptions,
): AsyncGenerator<FollowedEvent, void, undefined> {
  let { after } = query;
  let askedToWait = 0;
  for (let failures = 0; ;) {
    let problem: unknown;
    try {
      const lines = transport.lines(
        '/events/stream',
        { query: { ...query, after }, isRepeatable: true, options },
        SILENCE_MS,
      );
      for await (const line of lines) {
        const { id, event, data } = line as Message;
        failures = 0;
        if (id !== undefined) after = id;
        if (event === 'gone')
          throw apiError({ status: 410, body: { title: 'Gone', detail: 'The cursor is gone', ...data } });
        if (event === 'retry') askedToWait = Number(data.retry_ms);
        if (event === 'bookmark' || event === 'comment' || event === 'retry' || event === 'end') continue;
        yield { ...(data.data as FollowedEvent), cursor: id! };
      }
    } catch (error) {
      if (!mayRetry(error, true)) throw error;
      problem = error;
    }
    const wait = askedToWait + pauseMs(++failures, problem, BACKOFF, () => transport.time.random());
    askedToWait = 0;
    await pause(wait, options.signal, transport.time);
  }
}
