import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { Clock } from '../platform/common/clock';
import type { AgentEvent } from './agent-event';
import { AgentChanged } from './agent-changed.event';
import { AgentsInvalidated } from './agents-invalidated.event';
import { CommitOrder } from './commit-order';
import { EventLogRepository } from './event-log.repository';

const BATCH = 200;
/** What another replica has written is seen after this, if its invalidation did not arrive. */
const POLL_MS = 1_000;
/** A gap in the log closes when a transaction ends, of which no replica is notified. */
const GAP_POLL_MS = 50;

/** Follows the event log: whole events, in the order of their revisions, none skipped and none repeated, on every replica. */
@Injectable()
export class EventStream {
  private readonly waiting = new Set<() => void>();

  constructor(
    private readonly log: EventLogRepository,
    private readonly clock: Clock,
  ) {}

  /**
   * The events after a revision, those to come included; '0' begins with the oldest. An event's own revision is where a reader goes on
   * after it. Ends when `signal` is aborted.
   * @throws DomainError `store_unavailable` when the database cannot be asked: go on from the last event
   */
  async *from(revision: string, signal: AbortSignal): AsyncGenerator<AgentEvent, void, undefined> {
    const order = new CommitOrder(BigInt(revision));
    while (!signal.aborted) {
      // Before the read, so that a change that is committed during it is not waited for.
      const next = this.nextChange(signal);
      try {
        const { events, snapshot } = await this.log.after(order.position, BATCH);
        const passed = order.pass(events, snapshot);
        for (const event of passed) {
          yield event;
          if (signal.aborted) return;
        }
        if (passed.length === 0) await next.within(order.isWaiting ? GAP_POLL_MS : POLL_MS);
      } finally {
        next.cancel();
      }
    }
  }

  @OnEvent(AgentChanged.topic)
  @OnEvent(AgentsInvalidated.topic)
  onChange(): void {
    for (const wake of this.waiting) wake();
  }

  private nextChange(signal: AbortSignal): { within(ms: number): Promise<void>; cancel(): void } {
    let wake!: () => void;
    const changed = new Promise<void>((resolve) => (wake = resolve));
    const cancel = (): void => {
      this.waiting.delete(wake);
      signal.removeEventListener('abort', wake);
    };
    this.waiting.add(wake);
    signal.addEventListener('abort', wake, { once: true });
    const within = async (ms: number): Promise<void> => {
      if (signal.aborted) wake();
      const timer = this.clock.setTimer(ms, wake).unref();
      await changed;
      timer.cancel();
    };
    return { within, cancel };
  }
}
