import { followStream, type FollowOptions } from './stream.js';
import type { Transport } from './transport.js';
import type { FeedQuery, FollowedEvent } from './types.js';

/** The events after a cursor, and then those that come, see {@link followStream}. */
export async function* followEvents(
  transport: Transport,
  { after, ...query }: FeedQuery,
  options: FollowOptions,
): AsyncGenerator<FollowedEvent, void, undefined> {
  const messages = followStream(transport, { path: '/events/stream', query, after, beginsAnew: false }, options);
  for await (const { id, event, data } of messages)
    if (event !== 'bookmark') yield { ...(data.data as FollowedEvent), cursor: id! };
}
