import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import type { Client, Pool, PoolClient } from 'pg';
import { DataSource } from 'typeorm';
import type { PostgresDataSourceOptions } from 'typeorm/driver/postgres/PostgresDataSourceOptions';
import { Clock, type Timer } from '../common/clock';
import { withTimeout } from '../common/with-timeout';
import { connectionClass } from './data-source';
import { isCrowded, type WriteRefusal } from './database-errors';
import { errorMessage } from '../observability/error-message';
import { cutConnection } from '../private-api/pg';
import { poolOf } from '../private-api/typeorm';
import { Lifecycle } from '../runtime/lifecycle';

const PAUSE_MS = 250;
/** After a write that found the disk full, before another is tried: small writes may succeed on a full disk, and prove nothing. */
const FULL_FOR_MS = 15_000;
/** With the pause before, a client learns within two seconds that it has to wait. */
const AWAY_AFTER_MS = 1_200;
/** An answer that arrived while this process was held up lies ready to be read; this long we look. */
const SECOND_LOOK_MS = 250;

/**
 * Knows whether PostgreSQL answers, because it asks all the time, on a connection of its own. A server that refuses tells
 * everybody by itself; one that hangs tells nobody, and without the watch each request would find out alone and slowly.
 */
@Injectable()
export class DatabaseMonitor implements OnApplicationBootstrap {
  private client: Client | undefined;
  /** One that is not there yet. It has no limit of its own: that of a look would be over at the same moment, and cut off the second one. */
  private connecting: Client | undefined;
  private asking: Promise<boolean> | undefined;
  private timer: Timer | undefined;
  private isAway = false;
  private isReadOnly = false;
  private isEmpty = false;
  /** Until then the disk counts as full; milliseconds of the monotonic clock. */
  private fullUntil = Number.NEGATIVE_INFINITY;
  private isFull = false;
  private isStopped = false;
  private readonly connections = new Set<PoolClient>();
  private readonly waiting = new Set<(error: Error) => void>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    lifecycle: Lifecycle,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(DatabaseMonitor.name);
    // Before the database is let go: an embedded one ends then, and does not answer any more.
    lifecycle.onStop('connections', 'database monitor', () => this.stop());
  }

  onApplicationBootstrap(): void {
    this.follow(poolOf(this.dataSource));
    void this.watch();
  }

  /** Has the connections of a pool cut as well when PostgreSQL does not answer. */
  follow(pool: Pool): void {
    pool.on('acquire', (connection) => this.connections.add(connection));
    pool.on('remove', (connection) => this.connections.delete(connection));
  }

  private stop(): void {
    this.isStopped = true;
    this.timer?.cancel();
    this.hangUp();
  }

  /** Whether PostgreSQL has answered last, as far as is known. */
  isUp(): boolean {
    return !this.isAway;
  }

  /**
   * Why PostgreSQL takes no writes, as far as is known: it says so itself when it is a standby or set read-only, or has no tables; that its
   * disk is full is learnt from writes that failed, and holds for {@link FULL_FOR_MS} after the last of them.
   */
  get refusal(): WriteRefusal | undefined {
    if (this.isEmpty) return 'empty';
    if (this.isReadOnly) return 'read_only';
    return this.isFull ? 'full' : undefined;
  }

  /** A write was refused. */
  noteRefusal(refusal: WriteRefusal, error: unknown): void {
    if (refusal === 'read_only') return this.noteReadOnly(true);
    if (refusal === 'empty') return; // the next look finds out
    this.fullUntil = this.clock.monotonicMs() + FULL_FOR_MS;
    if (this.isFull) return;
    this.isFull = true;
    const reason = { sqlstate: '53100', reason: errorMessage(error) };
    this.logger.error(reason, 'The disk of the database is full: nothing can be written');
  }

  /** Whether PostgreSQL answers within so many milliseconds. Asks it; those who ask at the same time share the answer. */
  async answers(withinMs = AWAY_AFTER_MS): Promise<boolean> {
    this.asking ??= this.ask().finally(() => (this.asking = undefined));
    return withTimeout(this.clock, withinMs, this.asking).catch(() => false);
  }

  /**
   * What `work` gives, as long as PostgreSQL answers somebody.
   * @throws Error "Connection terminated" as soon as it is known that it does not; what `work` throws
   */
  async failFast<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.isAway) throw new Error(GONE);
    return new Promise((resolve, reject) => {
      this.waiting.add(reject);
      const done = (): void => void this.waiting.delete(reject);
      void work().finally(done).then(resolve, reject);
    });
  }

  private async watch(): Promise<void> {
    const began = this.clock.monotonicMs();
    let answers = await this.answers();
    // Refused or cut off, it may be there for a new connection. Held up ourselves, we may not have listened.
    const wasRefused = this.clock.monotonicMs() - began < AWAY_AFTER_MS;
    if (!answers && !this.isStopped) answers = await this.answers(wasRefused ? AWAY_AFTER_MS : SECOND_LOOK_MS);
    if (this.isStopped) return;
    if (!answers) this.hangUp();
    if (answers === this.isAway) this.turn(!answers);
    if (this.isFull && this.clock.monotonicMs() > this.fullUntil) {
      this.isFull = false;
      this.logger.info('No write has failed for want of room lately');
    }
    this.timer = this.clock.setTimer(PAUSE_MS, () => this.watch());
  }

  /** Lets everybody go who waits for a server that does not answer. The pool makes new connections when it is back. */
  private turn(isAway: boolean): void {
    this.isAway = isAway;
    if (!isAway) return this.logger.info('The database answers again');
    this.logger.warn({ waiting: this.waiting.size }, 'The database does not answer');
    for (const connection of this.connections) cutConnection(connection);
    for (const reject of this.waiting) reject(new Error(GONE));
    this.waiting.clear();
  }

  private async ask(): Promise<boolean> {
    try {
      this.client ??= await this.connect();
      const { rows } = await this.client.query<{ isReadOnly: boolean; isEmpty: boolean }>(LOOK);
      this.noteReadOnly(rows[0]!.isReadOnly);
      this.noteEmpty(rows[0]!.isEmpty);
      return true;
    } catch (error) {
      this.hangUp();
      return isCrowded(error);
    }
  }

  private noteReadOnly(isReadOnly: boolean): void {
    if (isReadOnly === this.isReadOnly) return;
    this.isReadOnly = isReadOnly;
    if (isReadOnly) this.logger.error('The database is read-only: nothing can be written');
    else this.logger.info('The database takes writes again');
  }

  private noteEmpty(isEmpty: boolean): void {
    if (isEmpty === this.isEmpty) return;
    this.isEmpty = isEmpty;
    if (isEmpty)
      this.logger.error('The database has no tables of the registry: restore it, or start the service again');
    else this.logger.info('The database has its tables again');
  }

  private async connect(): Promise<Client> {
    const { url } = this.dataSource.options as PostgresDataSourceOptions;
    const Connecting = connectionClass(this.dataSource);
    const client = new Connecting({ connectionString: url, application_name: 'agent-registry watch' });
    client.on('error', () => (this.client = undefined)); // the next question connects anew
    this.connecting = client;
    await client.connect().finally(() => (this.connecting = undefined));
    if (!this.isStopped) return client;
    cutConnection(client); // nobody would end it any more
    throw new Error('The service has stopped');
  }

  /** Ends the question that is being asked, or the connection that is being made for it, if there is one. */
  private hangUp(): void {
    const client = this.client ?? this.connecting;
    this.client = undefined;
    if (client) cutConnection(client);
  }
}

const LOOK = `
  SELECT current_setting('transaction_read_only') = 'on' AS "isReadOnly", to_regclass('agents') IS NULL AS "isEmpty"`;
const GONE = 'Connection terminated: the database does not answer';
