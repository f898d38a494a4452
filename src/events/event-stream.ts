import { Injectable } from '@nestjs/common';
import type { AgentEvent } from './agent-event';
import { EventLogReader, type LogSlice } from './log/event-log.reader';
import type { LogPosition } from './log/log-position';
import { LogPositions } from './log/log-positions';

const BATCH = 200;

/** Follows the event log: whole events, in the order of their revisions, none skipped and none repeated, on every replica. */
@Injectable()
export class EventStream {
  constructor(
    private readonly reader: EventLogReader,
    private readonly positions: LogPositions,
  ) {}

  /**
   * The events after a revision, those to come included; '0' begins with the oldest. An event's own revision is where a reader goes on
   * after it. Ends when `signal` is aborted.
   * @throws DomainError `store_unavailable` when the database cannot be asked, or `cursor_expired` when an event after the revision has
   *   been purged: go on from the last event
   */
  async *from(revision: string, signal: AbortSignal): AsyncGenerator<AgentEvent, void, undefined> {
    const start = await this.positions.oldest();
    const position = revision === '0' ? start : { ...start, revision: BigInt(revision) };
    for await (const { events } of this.slices(position, signal)) {
      for (const event of events) {
        yield event;
        if (signal.aborted) return;
      }
    }
  }

  /**
   * The log after a position, as it grows: slice by slice, each with the position at which to go on after it. A slice may be empty.
   * @throws DomainError (410) `cursor_invalid` or `cursor_expired` when the log has no such position, or no longer; `store_unavailable`
   */
  async *slices(position: LogPosition, signal: AbortSignal): AsyncGenerator<LogSlice, void, undefined> {
    let wake: () => void = () => undefined;
    let changed = new Promise<void>((resolve) => (wake = resolve));
    const follower = this.reader.follow(() => wake());
    const end = (): void => wake();
    signal.addEventListener('abort', end, { once: true });
    try {
      let from = await this.positions.present(position, 'cursor');
      while (!signal.aborted) {
        const slice = await this.reader.read(from, BATCH);
        const { epoch, revision } = slice.through;
        const hasMoved = revision !== from.revision || epoch !== from.epoch;
        from = slice.through;
        if (hasMoved) {
          yield slice;
          continue;
        }
        await changed;
        changed = new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      follower.end();
      signal.removeEventListener('abort', end);
    }
  }
}
