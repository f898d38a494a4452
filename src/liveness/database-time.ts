import { Injectable } from '@nestjs/common';
import { Clock, dateOf } from '../platform/common/clock';

/**
 * The time of day by the database's clock, which all stored times are by: what is shown of an agent compares with it, so that a replica
 * whose own clock is wrong shows the same as all others. Until the first answer of the database it is this machine's.
 */
@Injectable()
export class DatabaseTime {
  /** What the database's clock is ahead of this machine's time of day, in milliseconds. */
  private aheadMs = 0;

  constructor(private readonly clock: Clock) {}

  now(): Date {
    return dateOf(Math.round(this.clock.now().getTime() + this.aheadMs));
  }

  /** Takes over the database's time, milliseconds since 1970, from an answer that took `roundTripMs`. */
  observe(databaseMs: number, roundTripMs: number): void {
    this.aheadMs = databaseMs + roundTripMs / 2 - this.clock.now().getTime();
  }
}
