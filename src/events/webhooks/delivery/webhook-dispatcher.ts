import { randomUUID } from 'node:crypto';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { Clock } from '../../../platform/common/clock';
import { UnreadableSecret } from '../../../platform/common/sealed-secrets/sealed-secrets';
import { TimeoutError, withTimeout } from '../../../platform/common/with-timeout';
import { Configuration } from '../../../platform/config/configuration';
import { Lifecycle } from '../../../platform/runtime/lifecycle';
import { PeriodicTasks } from '../../../platform/scheduling/periodic-tasks';
import { EventLogService } from '../../event-log.service';
import { EventStream } from '../../event-stream';
import { LogPositions } from '../../log/log-positions';
import { DeliveriesRepository, type Lease } from './deliveries.repository';
import { DeliveryCounts } from './delivery-counts';
import { RetrySchedule } from './retry-schedule';
import { WebhookPayload } from './webhook-payload';
import { WebhookRun, type RunTools } from './webhook-run';
import { WebhookSender } from './webhook-sender';

const TICK_MS = 1_000;
/** A replica that was killed is replaced after so long. */
const LEASE_SECONDS = 5;
/** Nothing is begun on a lease whose end is this near: another replica may have it by then. */
const MARGIN_MS = 1_000;
/** Attempts that one webhook may make at once. */
const MOST_FOR_ONE = 8;

/** Delivers on this replica for the webhooks whose lease it has, each for itself: none waits for another one's sink. */
@Injectable()
export class WebhookDispatcher implements OnApplicationBootstrap {
  readonly counts = new DeliveryCounts();
  private readonly holder = randomUUID();
  private readonly runs = new Map<string, WebhookRun>();
  /** Webhooks whose secrets cannot be read, with the run for which that was said. */
  private readonly unreadable = new Map<string, string>();
  private readonly tools: RunTools;
  /** Until when the leases hold, by the monotonic clock. */
  private heldUntil = 0;

  constructor(
    stream: EventStream,
    log: EventLogService,
    positions: LogPositions,
    payload: WebhookPayload,
    sender: WebhookSender,
    private readonly deliveries: DeliveriesRepository,
    private readonly configuration: Configuration,
    private readonly clock: Clock,
    private readonly logger: PinoLogger,
    private readonly tasks: PeriodicTasks,
    private readonly lifecycle: Lifecycle,
  ) {
    logger.setContext(WebhookDispatcher.name);
    const schedule = new RetrySchedule(configuration.WEBHOOK_RETRY_SCHEDULE);
    const { holder, counts } = this;
    const limit = (): number => this.limit();
    const isHeld = (): boolean => this.clock.monotonicMs() < this.heldUntil;
    this.tools = {
      holder,
      stream,
      log,
      positions,
      payload,
      sender,
      deliveries,
      schedule,
      counts,
      clock,
      logger,
      limit,
      isHeld,
    };
  }

  onApplicationBootstrap(): void {
    this.tasks.add({ name: 'webhooks', everyMs: TICK_MS, run: (stopping) => this.tick(stopping) });
    this.lifecycle.onStop('requests', 'webhooks', () => this.stop());
  }

  /** What this replica delivers for, by webhook. */
  get active(): ReadonlyMap<string, WebhookRun> {
    return this.runs;
  }

  /** Renews the leases, begins where one is new or a webhook has changed, and ends where one is lost. */
  async tick(stopping?: AbortSignal): Promise<void> {
    const askedAt = this.clock.monotonicMs();
    let leases: Lease[];
    try {
      leases = await this.deliveries.renewLeases(this.holder, LEASE_SECONDS);
    } catch (error) {
      if (this.clock.monotonicMs() > this.heldUntil - MARGIN_MS) await this.endAll();
      throw error;
    }
    this.heldUntil = askedAt + LEASE_SECONDS * 1000;
    const held = new Map(leases.map((lease) => [lease.id, lease]));
    await Promise.all([...this.runs].map(([id, run]) => this.endUnless(id, run, held.get(id))));
    if (stopping?.aborted) return;
    const outcomes = await Promise.allSettled(leases.map((lease) => this.advance(lease)));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
  }

  private limit(): number {
    const share = Math.floor(this.configuration.WEBHOOK_MAX_CONCURRENT / Math.max(1, this.runs.size));
    return Math.min(Math.max(share, 1), MOST_FOR_ONE);
  }

  /** Ends a run that is over, whose webhook has changed, or is with another replica. */
  private async endUnless(id: string, run: WebhookRun, lease: Lease | undefined): Promise<void> {
    if (lease && lease.run === run.run && !run.isOver) return;
    this.runs.delete(id);
    await run.stop(true);
  }

  private async advance(lease: Lease): Promise<void> {
    const run = this.runs.get(lease.id);
    if (run) return run.tick(lease);
    const resumption = await this.deliveries.resume(lease.id, this.holder);
    if (!resumption) return;
    try {
      this.runs.set(lease.id, new WebhookRun({ ...lease, run: resumption.webhook.run }, resumption, this.tools));
      this.unreadable.delete(lease.id);
    } catch (error) {
      if (!(error instanceof UnreadableSecret)) throw error;
      await this.noteUnreadable(lease, error);
    }
  }

  private async noteUnreadable({ id, run }: Lease, error: UnreadableSecret): Promise<void> {
    if (this.unreadable.get(id) === run) return;
    this.unreadable.set(id, run);
    this.logger.error(
      { webhook: id, problem: error.message },
      'The secrets of a webhook cannot be read; set SECRETS_KEY',
    );
    await this.deliveries.note(id, 'secret_unreadable');
  }

  private async endAll(): Promise<void> {
    const runs = [...this.runs.values()];
    this.runs.clear();
    await Promise.all(runs.map((run) => run.stop(true)));
  }

  /** What is under way may end; then another replica may go on at once. */
  private async stop(): Promise<void> {
    // No lease is renewed any more.
    const graceMs = Math.min(this.configuration.SHUTDOWN_GRACE_SECONDS, LEASE_SECONDS - 1) * 1000;
    const ending = Promise.all([...this.runs.values()].map((run) => run.stop()));
    try {
      await withTimeout(this.clock, graceMs, ending);
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
    }
    await this.endAll();
    await this.deliveries.releaseLeases(this.holder);
  }
}
