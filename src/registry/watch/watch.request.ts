import type { Principal } from '../../platform/access/principal';
import { DomainError, rejectIfAny } from '../../platform/validation/domain-error';
import type { QueryParameters } from '../../platform/validation/query-parameters';
import { decodePosition, LONGEST_LOG_CURSOR, type LogPosition } from '../../events/log/log-position';
import { asSeenBy, selectionFromParameters } from '../search/agent-query';
import { watchSelection, type WatchSelection } from './watch-selection';

/** How often `health` events may come, in seconds. */
export const HEALTH_INTERVAL = { least: 5, most: 3_600 };
/** How long a long poll may wait, in seconds. */
export const LONGEST_WAIT = 55;

/** A request for a watch. */
export interface WatchQuery {
  selection: WatchSelection;
  after?: LogPosition | 'now';
  waitSeconds: number;
  healthIntervalMs?: number;
}

/**
 * The parameters of `GET /agents/watch`; the header `Last-Event-ID`, which a browser sends when it comes back, wins over `after`.
 * @throws DomainError `validation_failed`, `invalid_filter`
 */
export function watchQuery(
  parameters: QueryParameters,
  principal: Principal,
  isStream: boolean,
  lastEventId: string | undefined,
): WatchQuery {
  const given = parameters.one('after', LONGEST_LOG_CURSOR);
  const wait = parameters.integer('wait', 0, LONGEST_WAIT, -1);
  const healthInterval = parameters.integer('health_interval', HEALTH_INTERVAL.least, HEALTH_INTERVAL.most, -1);
  const problem = (field: string, message: string): void => void parameters.errors.push({ field, message });
  const [field, cursor] =
    isStream && lastEventId ? (['Last-Event-ID', lastEventId] as const) : (['after', given] as const);
  if (isStream && wait >= 0) problem('wait', 'is for answers in JSON: a stream waits by itself');
  if (isStream && given === 'now') problem('after', 'must be a cursor: without one, the agents of now come first');
  if (!isStream && healthInterval >= 0)
    problem('health_interval', 'is for streams: ask with Accept: text/event-stream');
  if (!isStream && given === undefined) problem('after', 'is required for answers in JSON: a cursor, or now');
  const after = cursor === undefined || cursor === 'now' ? cursor : positionOf(cursor, field, parameters);
  const selection = watchSelection(asSeenBy(principal, selectionFromParameters(parameters)), principal);
  if (!isStream && selection.isVolatile) {
    const message = 'asks for what changes without an event: watch with a stream';
    rejectIfAny([{ field: selection.criteria.health === undefined ? 'filter' : 'health', message }]);
  }
  return {
    selection,
    ...(after !== undefined && { after }),
    waitSeconds: Math.max(0, wait),
    ...(healthInterval >= 0 && { healthIntervalMs: healthInterval * 1_000 }),
  };
}

/** What is wrong with it is noted with all the rest. */
function positionOf(cursor: string, field: string, { errors }: QueryParameters): LogPosition | undefined {
  try {
    return decodePosition(cursor, field);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    errors.push(...(error.errors ?? []));
    return undefined;
  }
}
