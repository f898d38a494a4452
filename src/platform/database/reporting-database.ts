import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Pool } from 'pg';
import { DataSource } from 'typeorm';
import { BoundedConcurrency, QueueFull } from '../common/bounded-concurrency';
import { Clock } from '../common/clock';
import { DomainError } from '../validation/domain-error';
import { Configuration } from '../config/configuration';
import { reportingPoolOptions } from './data-source';
import { Database, type PoolState } from './database';
import { isCancelled } from './database-errors';
import { DatabaseMonitor } from './database-monitor';

/**
 * The way to the database for what may take long or comes in any number: lists, counts, analytics, metrics. It has a few connections of its
 * own, whose statements end after `QUERY_TIMEOUT_MS`, and a bounded queue in front of them. So however much is asked, what must not wait
 * (registrations, heartbeats, the sweep) does not.
 */
@Injectable()
export class ReportingDatabase implements OnApplicationShutdown {
  /** Statements that were refused since the start of the process, by the reason. */
  readonly refused = { queue: 0, timeout: 0 };
  private readonly connections: Pool;
  private readonly places: BoundedConcurrency;

  constructor(
    dataSource: DataSource,
    watch: DatabaseMonitor,
    clock: Clock,
    private readonly configuration: Configuration,
    private readonly database: Database,
  ) {
    const { QUERY_MAX_CONCURRENT: concurrent, QUERY_MAX_QUEUE: waiting, QUERY_TIMEOUT_MS: patienceMs } = configuration;
    this.connections = new Pool(reportingPoolOptions(dataSource, concurrent, patienceMs));
    this.connections.on('error', () => undefined); // an idle connection that the server has ended: the pool makes another one
    watch.follow(this.connections);
    this.places = new BoundedConcurrency(clock, { concurrent, waiting, patienceMs });
  }

  /**
   * Runs one statement that only reads; when it is urgent, as the next one.
   * @throws DomainError of kind `unavailable`: `too_many_queries` when there is no place for it, `query_timeout` when it takes too long;
   * what {@link Database.query} throws
   */
  async query<Row extends object>(sql: string, parameters: unknown[] = [], { isUrgent = false } = {}): Promise<Row[]> {
    try {
      return await this.places.run(() => this.database.read(() => this.run<Row>(sql, parameters)), isUrgent);
    } catch (error) {
      if (!(error instanceof QueueFull)) throw error;
      this.refused.queue++;
      const detail = 'Too many lists and counts are being worked out at the moment';
      throw new DomainError('unavailable', 'too_many_queries', detail, { cause: error });
    }
  }

  /** The connections for such statements. */
  pool(): PoolState {
    const { totalCount, idleCount, options } = this.connections;
    return { idle: idleCount, busy: totalCount - idleCount, waiting: this.places.waiting, max: options.max };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.connections.end();
  }

  private async run<Row extends object>(sql: string, parameters: unknown[]): Promise<Row[]> {
    try {
      return (await this.connections.query<Row>(sql, parameters)).rows;
    } catch (error) {
      if (!isCancelled(error)) throw error;
      this.refused.timeout++;
      const detail = `Working this out takes longer than ${this.configuration.QUERY_TIMEOUT_MS} ms: ask for less at once`;
      throw new DomainError('unavailable', 'query_timeout', detail, { cause: error });
    }
  }
}
