import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../platform/common/clock';
import { DomainError } from '../platform/validation/domain-error';
import { Configuration } from '../platform/config/configuration';
import type { Querier } from '../platform/database/database';
import { DatabaseTime } from '../liveness/database-time';
import { timeoutSeconds } from '../agent/heartbeat-timeout';
import { ReplicasRepository, type OthersHeard } from './replicas.repository';

/** A lease that was renewed this lately need not be renewed again. */
const FRESH_MS = 500;

/**
 * This replica's right to acknowledge heartbeats. The lease says that all beats acknowledged before a moment are written; for half of an
 * agent's timeout after that moment, further beats of the agent are acknowledged, and then no more: they would be lost if the replica
 * stayed cut off. The sweep relies on it: what a vanished replica acknowledged came within that half (docs/adr/0009).
 */
@Injectable()
export class ReplicaLease {
  readonly id = randomUUID();
  /** All beats acknowledged before this are written, and the lease says so; milliseconds of the monotonic clock. */
  private through = Number.NEGATIVE_INFINITY;
  /** What to add to the monotonic clock for a time that the database's clock has reached by then. */
  private offset: number | undefined;
  private isReleased = false;

  constructor(
    private readonly replicas: ReplicasRepository,
    private readonly databaseTime: DatabaseTime,
    private readonly configuration: Configuration,
    private readonly clock: Clock,
  ) {}

  /** Whether a beat may be acknowledged now, of an agent with this interval. What slows the fleet down does not extend it. */
  covers(intervalSeconds: number, now: number): boolean {
    return now - this.through < 500 * timeoutSeconds(intervalSeconds, this.configuration.HEARTBEAT_TIMEOUT_SECONDS);
  }

  /** Whether beats of every agent are acknowledged, also of those with the shortest timeout. */
  get isHeld(): boolean {
    return this.covers(0, this.clock.monotonicMs());
  }

  /**
   * All beats that were acknowledged before `through` are written: the lease is renewed, unless that was done just now.
   * @throws DomainError `store_unavailable`
   */
  async renew(through: number): Promise<void> {
    if (through - this.through < FRESH_MS || this.isReleased) return;
    const askedAt = this.clock.monotonicMs();
    const now = await this.replicas.renew(this.id, this.offset === undefined ? undefined : through + this.offset);
    const answeredAt = this.clock.monotonicMs();
    this.databaseTime.observe(now, answeredAt - askedAt);
    this.offset = now - answeredAt;
    this.through = through;
  }

  /** What a sweep of this replica has to allow for; leases that are older than `expiry` seconds have run out. */
  others(transaction: Querier, expiry: number): Promise<OthersHeard> {
    return this.replicas.others(transaction, this.id, expiry);
  }

  /** Nothing is acknowledged any more, and all that was is written. */
  async release(): Promise<void> {
    this.isReleased = true;
    this.through = Number.NEGATIVE_INFINITY;
    await this.replicas.release(this.id);
  }
}

/** The refusal of a beat that {@link ReplicaLease.covers} does not cover. The client should try another replica, by another connection. */
export function beatNotKept(): DomainError {
  const message = 'This replica cannot write heartbeats to its database at the moment; another one may';
  return new DomainError('unavailable', 'store_unavailable', message, { headers: { connection: 'close' } });
}
