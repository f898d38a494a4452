import { Injectable } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { Configuration } from '../config/configuration';
import { RetentionRepository } from './retention.repository';

/** Forgets what has been kept long enough: tombstones with their events, and answers to idempotent requests. */
@Injectable()
export class RetentionService {
  constructor(
    private readonly repository: RetentionRepository,
    private readonly configuration: Configuration,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(RetentionService.name);
  }

  /** Purges a limited number at a time; called often, so that is enough. Never throws: what could not go now goes later. */
  async purge(): Promise<void> {
    try {
      const tombstones = await this.repository.purgeTombstones(this.configuration.AGENT_RETENTION_SECONDS);
      const answers = await this.repository.purgeAnswers();
      if (tombstones + answers > 0) this.logger.info({ tombstones, answers }, 'Purged what was past its retention');
    } catch (error) {
      this.logger.warn({ err: error }, 'What is past its retention could not be purged');
    }
  }
}
