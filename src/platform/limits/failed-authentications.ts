import { Injectable } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { Clock } from '../common/clock';
import { Lifecycle } from '../runtime/lifecycle';
import { PeriodicTasks } from '../scheduling/periodic-tasks';
import { DomainError } from '../validation/domain-error';
import { Configuration } from '../config/configuration';
import { WINDOW_MS } from './distributed-rate-counter';
import { FixedWindowCounter } from './fixed-window-counter';

const LOG_EVERY_MS = 10_000;
/** Addresses that are counted for the log, and lines that are written at once; the rest is one line together. */
const MOST_ADDRESSES = 1_000;
const MOST_LINES = 20;

/**
 * Counts wrong tokens by the address that they came from. Beyond a number the answer is no longer that the token is wrong, and
 * {@link isOver} has callers from there looked up last. A good token is good wherever it comes from.
 */
@Injectable()
export class FailedAuthentications {
  /** How often each answer was given. */
  readonly answers = { unauthorized: 0, rate_limited: 0 };
  private readonly counts = new FixedWindowCounter(WINDOW_MS);
  private readonly limit: number;
  /** Failures by address since they were last logged. */
  private unlogged = new Map<string, number>();
  private unloggedOfOthers = 0;

  constructor(
    { RATE_LIMIT_AUTH_FAILURES_PER_SECOND }: Configuration,
    private readonly clock: Clock,
    private readonly logger: PinoLogger,
    tasks: PeriodicTasks,
    lifecycle: Lifecycle,
  ) {
    logger.setContext(FailedAuthentications.name);
    tasks.add({ name: 'failed-authentications-log', everyMs: LOG_EVERY_MS, run: () => this.log() });
    lifecycle.onStop('last writes', 'failed authentications', () => this.log());
    this.limit = (RATE_LIMIT_AUTH_FAILURES_PER_SECOND * WINDOW_MS) / 1000 || Infinity;
  }

  /** Whether more wrong tokens have come from this address than may. */
  isOver(address: string): boolean {
    return this.counts.countOf(address, this.clock.now().getTime()) >= this.limit;
  }

  /** Counts a wrong token, and gives the answer to it: `refusal`, or that there were too many. */
  record(address: string, refusal: DomainError): DomainError {
    const { count, leftMs } = this.counts.add(address, this.clock.now().getTime());
    if (this.unlogged.has(address) || this.unlogged.size < MOST_ADDRESSES)
      this.unlogged.set(address, (this.unlogged.get(address) ?? 0) + 1);
    else this.unloggedOfOthers++;
    if (count <= this.limit) {
      this.answers.unauthorized++;
      return refusal;
    }
    this.answers.rate_limited++;
    const seconds = Math.ceil(leftMs / 1000);
    const message = `More than ${this.limit} wrong tokens came from this address in ${WINDOW_MS / 1000} s: try again in ${seconds} s`;
    return new DomainError('too_many_requests', 'rate_limited', message, {
      headers: { 'retry-after': String(seconds) },
    });
  }

  /** At most one line for each address, those with most failures first. */
  private log(): void {
    const byCount = [...this.unlogged].sort(([, a], [, b]) => b - a);
    for (const [address, failures] of byCount.slice(0, MOST_LINES))
      this.logger.warn({ address, failures }, 'Authentication failed');
    const rest = byCount.slice(MOST_LINES);
    const failures = rest.reduce((sum, [, count]) => sum + count, this.unloggedOfOthers);
    if (failures > 0) this.logger.warn({ failures }, 'Authentication failed from further addresses');
    this.unlogged = new Map();
    this.unloggedOfOthers = 0;
  }
}
