import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { Database } from '../../platform/database/database';
import { DomainError } from '../../platform/validation/domain-error';
import { LogEpochsRepository, NOTE_EPOCH } from './log-epochs.repository';
import { oldest, present, type LogPosition, type LogStanding } from './log-position';

/** Judges positions in the event log. It asks the primary each time, so a standby that lags behind makes no position invalid. */
@Injectable()
export class LogPositions implements OnApplicationBootstrap {
  constructor(
    private readonly epochs: LogEpochsRepository,
    private readonly database: Database,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(LogPositions.name);
  }

  async onApplicationBootstrap(): Promise<void> {
    this.database.beginConnectionsWith(NOTE_EPOCH);
    await this.epochs.note().catch((error: unknown) => this.logger.debug({ err: error }, 'No epoch can be noted yet'));
  }

  /**
   * Where a reader goes on from a position by now. `field` is what the client calls it.
   * @throws DomainError (410) `cursor_invalid`, `cursor_expired`, both with `oldest_cursor`; `store_unavailable`
   */
  async present(position: LogPosition, field: string): Promise<LogPosition> {
    return present(position, await this.standing(), field);
  }

  /** The position before the oldest event that is kept. */
  async oldest(): Promise<LogPosition> {
    return oldest(await this.standing());
  }

  private async standing(): Promise<LogStanding> {
    const standing = await this.epochs.standing();
    if (standing.epochs.length > 0) return standing;
    await this.epochs.note();
    const noted = await this.epochs.standing();
    if (noted.epochs.length > 0) return noted;
    throw new DomainError('unavailable', 'store_unavailable', 'The event log has no epoch yet');
  }
}
