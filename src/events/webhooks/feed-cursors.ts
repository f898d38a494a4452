import { Injectable } from '@nestjs/common';
import { EventLogReader } from '../log/event-log.reader';
import { decodePosition, encodePosition, type LogPosition } from '../log/log-position';
import { LogPositions } from '../log/log-positions';

/** Places in the log as clients know them. */
@Injectable()
export class FeedCursors {
  constructor(
    private readonly reader: EventLogReader,
    private readonly positions: LogPositions,
  ) {}

  /**
   * The position after which events are to come: `now`, `oldest` or a cursor.
   * @throws DomainError `validation_failed`, `cursor_invalid` or `cursor_expired`, naming `field`; `store_unavailable`
   */
  async positionOf(place: string, field: string): Promise<LogPosition> {
    if (place === 'now') return this.reader.settledNow();
    if (place === 'oldest') return this.positions.oldest();
    return this.positions.present(decodePosition(place, field), field);
  }

  cursorOf({ epoch, position }: { epoch: string; position: string }): string {
    return encodePosition({ epoch, revision: BigInt(position) });
  }
}
