import type { PinoLogger } from 'nestjs-pino';
import { Batcher } from '../../../platform/common/batcher';
import type { Clock } from '../../../platform/common/clock';
import { DomainError } from '../../../platform/validation/domain-error';
import type { AgentEvent } from '../../agent-event';
import type { EventLogService } from '../../event-log.service';
import type { EventStream } from '../../event-stream';
import type { LogPositions } from '../../log/log-positions';
import type { DisabledReason, WebhookEntity } from '../webhook.entity';
import type { Acknowledgement, DeliveriesRepository, Lease, Resumption, WaitingHead } from './deliveries.repository';
import type { DeliveryCounts } from './delivery-counts';
import { AgentQueues } from './agent-queues';
import { Passage } from './passage';
import type { RetrySchedule } from './retry-schedule';
import { SinkHealth } from './sink-health';
import { Slots } from './slots';
import type { WebhookPayload } from './webhook-payload';
import type { Attempt, Sink, WebhookSender } from './webhook-sender';

/** Events that may be under way at once, those that wait for one before them included. */
const MOST_OUTSTANDING = 64;
/** Deliveries of one webhook that may wait for another attempt. While there are so many, the log itself is the queue. */
const MOST_WAITING = 10_000;
/** As long as nothing but failures come, a webhook stays enabled. */
const FAILING_SECONDS = 5 * 86_400;

/** It is for another run to go on. */
class WebhookLost extends Error {}

/** What all runs of a replica share. */
export interface RunTools {
  holder: string;
  stream: EventStream;
  log: EventLogService;
  positions: LogPositions;
  payload: WebhookPayload;
  sender: WebhookSender;
  deliveries: DeliveriesRepository;
  schedule: RetrySchedule;
  counts: DeliveryCounts;
  clock: Clock;
  logger: PinoLogger;
  /** Attempts that one webhook may make at once, at present. */
  limit: () => number;
  /** Whether the leases hold at the moment. */
  isHeld: () => boolean;
}

/**
 * Delivers the events of one webhook, from where it has come in the log, as long as this replica has its lease. Events of one agent go one
 * after the other; an event that waits for another attempt holds up the later ones of its agent, which then wait in the table as well, and
 * no others. What became of an event is in the database before the position passes it.
 */
export class WebhookRun {
  /** Ends by itself when it cannot go on: the lease is lost, the database away, the webhook changed or disabled. */
  readonly ended: Promise<void>;
  private readonly stopping = new AbortController();
  private readonly slots: Slots;
  private readonly acknowledgements: Batcher<Acknowledgement, { failingFor: number | null } | undefined>;
  private readonly queues = new AgentQueues(() => this.wake());
  private readonly passage: Passage;
  private readonly sink: Sink;
  private readonly health: SinkHealth;
  private isOverlapping: boolean;
  private isRetrying = false;
  private writtenPosition: string;
  private epoch: string;
  private hasEnded = false;
  private readonly ending = new AbortController();
  private readonly wakers: (() => void)[] = [];

  /** @throws UnreadableSecret */
  constructor(
    private readonly lease: Lease,
    private readonly resumption: Resumption,
    private readonly tools: RunTools,
  ) {
    const { webhook } = resumption;
    this.sink = tools.sender.sinkOf(webhook);
    this.isOverlapping = lease.isOverlapping;
    this.passage = new Passage(webhook.position);
    this.writtenPosition = webhook.position;
    this.epoch = webhook.epoch;
    this.health = new SinkHealth(tools.clock, webhook.failingSince !== null);
    this.slots = new Slots(() => (this.health.isDown ? 1 : tools.limit()));
    this.acknowledgements = new Batcher((items) => this.write(items), 500);
    this.ended = this.follow().finally(() => (this.hasEnded = true));
    this.retryDue();
  }

  get isOver(): boolean {
    return this.hasEnded;
  }

  get run(): string {
    return this.lease.run;
  }

  get waiting(): number {
    let sum = 0;
    for (const count of this.resumption.waiting.values()) sum += count;
    return sum;
  }

  /** How many seconds the oldest event has not been dealt with. */
  lagSeconds(now: Date): number {
    const { oldestAt } = this.passage;
    return oldestAt ? Math.max(0, (now.getTime() - oldestAt.getTime()) / 1000) : 0;
  }

  get isFailing(): boolean {
    return this.health.isFailing;
  }

  /** Once a second, while the lease is this replica's. */
  async tick({ hasDue, isOverlapping }: Lease): Promise<void> {
    this.isOverlapping = isOverlapping;
    if (hasDue) this.retryDue();
    this.slots.wake();
    this.wake();
    if (this.passage.position !== this.writtenPosition) await this.write([]);
  }

  /** Begins nothing more, and lets what is under way end; with `now`, that is broken off. */
  async stop(now = false): Promise<void> {
    this.end();
    if (now) this.stopping.abort();
    await this.ended;
    await this.queues.idle();
    if (!now && this.passage.position !== this.writtenPosition) await this.write([]).catch(() => undefined);
  }

  private end(): void {
    this.ending.abort();
    this.wake();
  }

  private get webhook(): WebhookEntity {
    return this.resumption.webhook;
  }

  /** Reads the log. */
  private async follow(): Promise<void> {
    const { signal } = this.ending;
    const { position, epoch } = this.webhook;
    let hasBegun = false;
    try {
      for await (const slice of this.tools.stream.slices({ epoch, revision: BigInt(position) }, signal)) {
        hasBegun = true;
        this.epoch = slice.through.epoch;
        for (const event of slice.events) {
          await this.take(event);
          if (signal.aborted) return;
        }
        // Revisions at the end of the slice that were drawn for nothing.
        if (slice.events.at(-1)?.revision !== String(slice.through.revision))
          this.passage.skip(String(slice.through.revision));
      }
    } catch (error) {
      // Later on, what is gone is what it has read itself: it begins again at the position that the database has.
      if (!hasBegun && error instanceof DomainError && error.kind === 'gone') await this.skipLost(error);
      else if (!signal.aborted) this.tell(error);
    } finally {
      this.end();
    }
  }

  /** Begins what is to be done with an event, as soon as there is room. */
  private async take(event: AgentEvent): Promise<void> {
    const { revision, agentId } = event;
    this.passage.begin(revision, event.occurredAt);
    if (this.isOfNoInterest(event)) return this.passage.end(revision);
    await this.until(() => this.passage.size <= MOST_OUTSTANDING && this.waiting < MOST_WAITING && this.mayProbe());
    if (!this.ending.signal.aborted) this.enqueue(agentId, () => this.first(event));
  }

  /** The log does not go back as far any more: to its retention, or to a restored backup. */
  private async skipLost(error: DomainError): Promise<void> {
    const { id } = this.webhook;
    this.tools.logger.warn(
      { webhook: id, problem: error.code },
      'Events of a webhook are lost: the log has them no more',
    );
    try {
      await this.tools.deliveries.skipTo(this.lease, await this.tools.positions.oldest());
    } catch (failure) {
      this.tell(failure);
    }
  }

  private isOfNoInterest({ revision, type }: AgentEvent): boolean {
    const { types } = this.webhook;
    return this.resumption.ahead.delete(revision) || (types.length > 0 && !types.includes(type));
  }

  /** A sink that is down is asked by one new event at a time, and not again and again. */
  private mayProbe(): boolean {
    if (this.health.isResting) return false;
    return !this.health.isDown || this.queues.size === 0;
  }

  /** Resolves when the condition holds, which is looked at when something has ended, and every second; or when the run ends. */
  private async until(holds: () => boolean): Promise<void> {
    while (!this.ending.signal.aborted && !holds()) await new Promise<void>((resolve) => this.wakers.push(resolve));
  }

  private wake(): void {
    for (const wake of this.wakers.splice(0)) wake();
  }

  /** The next tick begins anew. A database that cannot be asked is told of elsewhere. */
  private tell(error: unknown): void {
    const isExpected = error instanceof DomainError || error instanceof WebhookLost;
    const level = isExpected ? 'debug' : 'error';
    this.tools.logger[level]({ err: error, webhook: this.webhook.id }, 'Deliveries of a webhook begin again');
  }

  /** Adds to what is to be done for the agent. When it fails, the run ends. */
  private enqueue(agentId: string, work: () => Promise<void>): void {
    this.queues.add(agentId, async () => {
      try {
        if (!this.ending.signal.aborted) await work();
      } catch (error) {
        if (!this.stopping.signal.aborted) this.tell(error);
        this.end();
      }
    });
  }

  /** An event that has come in the log. */
  private async first(event: AgentEvent): Promise<void> {
    const { revision, agentId } = event;
    if (this.resumption.waiting.has(agentId)) {
      await this.acknowledge(event, { state: 'waiting', attempts: 0, pause: null });
      this.countWaiting(agentId, 1);
    } else {
      const outcome = await this.attempt(event, 0);
      if (outcome === undefined) return;
      if (outcome === 'waiting') this.countWaiting(agentId, 1);
    }
    this.passage.end(revision);
  }

  private retryDue(): void {
    if (this.isRetrying) return;
    this.isRetrying = true;
    void this.startRetries().finally(() => (this.isRetrying = false));
  }

  private async startRetries(): Promise<void> {
    try {
      for (const { agentId, isDue } of await this.tools.deliveries.heads(this.webhook.id)) {
        await this.until(() => this.queues.size < MOST_OUTSTANDING);
        if (this.ending.signal.aborted) return;
        if (!isDue || this.queues.has(agentId)) continue;
        // One that a client has had tried again is not counted yet.
        if (!this.resumption.waiting.has(agentId)) this.countWaiting(agentId, 1);
        this.enqueue(agentId, () => this.retry(agentId));
      }
    } catch (error) {
      this.tell(error);
    }
  }

  /** The events of an agent that wait, one after the other, as long as they are due and delivered. */
  private async retry(agentId: string): Promise<void> {
    for (;;) {
      const head = await this.tools.deliveries.headOf(this.webhook.id, agentId);
      if (!head) return void this.resumption.waiting.delete(agentId);
      if (!head.isDue || this.ending.signal.aborted) return;
      const event = await this.tools.log.find(head.revision);
      const outcome = event ? await this.attempt(event, head.attempts) : await this.giveUp(head);
      if (outcome === undefined || outcome === 'waiting') return;
      this.countWaiting(agentId, -1);
    }
  }

  private countWaiting(agentId: string, by: number): void {
    const { waiting } = this.resumption;
    waiting.set(agentId, Math.max(1, (waiting.get(agentId) ?? 0) + by));
  }

  /** The log does not keep the event any more. */
  private async giveUp({ revision, agentId, attempts }: WaitingHead): Promise<'failed'> {
    await this.acknowledge(
      { revision, agentId, type: '' },
      { state: 'failed', attempts, pause: null, error: 'event_expired' },
    );
    return 'failed';
  }

  /** One attempt, and what became of it in the database; undefined when the run has ended over it. */
  private async attempt(
    event: AgentEvent,
    before: number,
  ): Promise<Acknowledgement['state'] | 'not_wanted' | undefined> {
    return this.slots.run(async () => {
      if (this.ending.signal.aborted) return undefined;
      if (!this.tools.isHeld()) throw new WebhookLost('the lease has run out');
      const body = await this.tools.payload.of(event, this.webhook);
      if (body === 'token_ended') return this.disable('token_ended');
      if (body === 'not_wanted') {
        if (before === 0) return 'not_wanted';
        await this.acknowledge(event, { state: 'failed', attempts: before, pause: null, error: 'not_wanted' });
        return 'failed';
      }
      const secrets = this.isOverlapping ? this.sink.secrets : this.sink.secrets.slice(0, 1);
      const sent = await this.tools.sender.send({ ...this.sink, secrets }, event.revision, body, this.stopping.signal);
      return this.settle(event, before + 1, sent);
    });
  }

  private async settle(
    event: AgentEvent,
    attempts: number,
    sent: Attempt,
  ): Promise<Acknowledgement['state'] | undefined> {
    const pause = this.pauseAfter(attempts, sent);
    const state = sent.isDelivered ? 'delivered' : pause === undefined ? 'failed' : 'waiting';
    this.tools.counts.add(state === 'waiting' ? 'retried' : state);
    const { status, error, durationMs, requestBytes, responseBytes } = sent;
    const outcome = { status, error, durationMs, requestBytes, responseBytes };
    const failingFor = await this.acknowledge(event, {
      state,
      attempts,
      pause: pause ?? null,
      isAttempt: true,
      ...outcome,
    });
    if (sent.isDelivered) await this.succeeded();
    else this.health.failed(sent.retryAfter);
    if (sent.status === 410) return this.disable('gone');
    if (failingFor !== null && failingFor >= FAILING_SECONDS) return this.disable('failing');
    return state;
  }

  private pauseAfter(attempts: number, { isDelivered, status, retryAfter }: Attempt): number | undefined {
    if (isDelivered || status === 410) return undefined;
    return this.tools.schedule.pauseAfter(attempts, retryAfter, Math.random());
  }

  private async succeeded(): Promise<void> {
    const wasDown = this.health.succeeded();
    this.slots.wake();
    if (!wasDown) return;
    await this.tools.deliveries.hurry(this.webhook.id);
    this.retryDue();
  }

  private async disable(reason: DisabledReason): Promise<undefined> {
    this.end();
    if (!(await this.tools.deliveries.disable(this.lease, reason))) return;
    this.tools.counts.disabled(reason);
    this.tools.logger.warn(
      { webhook: this.webhook.id, reason },
      'A webhook is disabled: nothing is sent to it any more',
    );
  }

  /** @throws WebhookLost when the webhook is not this replica's any more, or has changed */
  private async acknowledge(
    { revision, agentId, type }: Pick<AgentEvent, 'revision' | 'agentId' | 'type'>,
    outcome: Pick<Acknowledgement, 'state' | 'attempts' | 'pause'> & Partial<Acknowledgement>,
  ): Promise<number | null> {
    const nothing = { status: null, error: null, durationMs: null, requestBytes: null, responseBytes: null };
    const item = { revision, agentId, eventType: type, isAttempt: false, ...nothing, ...outcome };
    const written = await this.acknowledgements.add(item);
    if (!written) throw new WebhookLost('the webhook has changed, or is with another replica');
    return written.failingFor;
  }

  private async write(items: Acknowledgement[]): Promise<{ failingFor: number | null } | undefined> {
    const { position } = this.passage;
    const place = { revision: position, epoch: this.epoch };
    const written = await this.tools.deliveries.acknowledge(this.lease, this.tools.holder, place, items);
    if (written) this.writtenPosition = position;
    else this.end();
    return written;
  }
}
