import { LONGEST_LOG_CURSOR, decodePosition, type LogPosition } from '../../events/log/log-position';
import type { QueryParameters } from '../../platform/validation/query-parameters';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from '../../platform/validation/paging/paging';
import type { FeedSelection } from './feed-item';
import { eventFilter } from './feed-names';

/** Where a follower begins: behind a position, at the present, or with the oldest event. */
export type FeedStart = { position: LogPosition; field: string } | 'now' | 'oldest';

/** What a request of the feed asks for. */
export interface FeedRequest {
  start: FeedStart;
  selection: FeedSelection;
  limit: number;
  waitSeconds: number;
}

export const LONGEST_WAIT_SECONDS = 55;
const NOW = 'now';

/**
 * Reads the parameters of the feed. `lastEventId` is what a client of server-sent events has seen last; it counts more than `after`, which
 * stays in the URL of a client that connects again.
 * @throws DomainError `validation_failed`, `invalid_filter`
 */
export function feedRequestFrom(
  parameters: QueryParameters,
  isStream: boolean,
  lastEventId: string | undefined,
): FeedRequest {
  const after = parameters.one('after', LONGEST_LOG_CURSOR);
  const types = parameters.many('type', 50);
  const agentIds = parameters.many('agent_id', 255);
  const filter = parameters.text('filter');
  const limit = isStream ? MAX_PAGE_SIZE : parameters.integer('limit', 1, MAX_PAGE_SIZE, DEFAULT_PAGE_SIZE);
  const waitSeconds = isStream ? 0 : parameters.integer('wait', 0, LONGEST_WAIT_SECONDS, 0);
  parameters.finish();
  const selection = {
    types: new Set(types),
    agentIds: new Set(agentIds),
    filter: filter === undefined ? undefined : eventFilter(filter),
  };
  return { start: startOf(after, isStream ? lastEventId : undefined), selection, limit, waitSeconds };
}

function startOf(after: string | undefined, lastEventId: string | undefined): FeedStart {
  const [text, field] = lastEventId ? [lastEventId, 'Last-Event-ID'] : [after, 'after'];
  if (text === undefined) return 'oldest';
  return text === NOW ? 'now' : { position: decodePosition(text, field), field };
}
