import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { Clock, type Timer } from '../platform/common/clock';
import { AgentEvents } from './agent-events';
import { EventLogRepository } from './event-log.repository';
import { RevisionWindow } from './revision-window';

const POLL_EVERY_MS = 1_000;
const ROUND = 2_000;
const MOST_ROUNDS = 50;
/** Among so many of the last revisions, those that are not there at the start may be late ones. */
const LOOK_BACK = 1_000;

/**
 * Follows the event log from the present on and tells which agents it speaks of, within about a second: also those that a
 * replica changed that was killed before it could tell, or an import on the command line. Changes of this replica are among
 * them.
 */
@Injectable()
export class EventLogTail implements OnApplicationBootstrap, OnApplicationShutdown {
  private window: RevisionWindow | undefined;
  private timer: Timer | undefined;
  private isStopped = false;

  constructor(
    private readonly log: EventLogRepository,
    private readonly events: AgentEvents,
    private readonly clock: Clock,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(EventLogTail.name);
  }

  /** Before the first request, so that nothing is remembered yet that it could miss a change of. */
  async onApplicationBootstrap(): Promise<void> {
    await this.poll();
    this.schedule();
  }

  /** Does not wait for a poll that is under way. */
  onApplicationShutdown(): void {
    this.isStopped = true;
    this.timer?.cancel();
  }

  private schedule(): void {
    if (this.isStopped) return;
    this.timer = this.clock.setTimer(POLL_EVERY_MS, () => this.poll().then(() => this.schedule())).unref();
  }

  /** Never throws: what cannot be read now is read by the next poll. */
  private async poll(): Promise<void> {
    try {
      if (this.window) await this.follow(this.window);
      else this.window = new RevisionWindow(await this.lastRevisions(), this.clock.monotonicMs());
    } catch (error) {
      if (!this.isStopped) this.logger.debug({ err: error }, 'The event log cannot be followed at the moment');
    }
  }

  /** When all events have grown old and are gone, revisions still go on from the last one. */
  private async lastRevisions(): Promise<number[]> {
    const revisions = await this.log.lastRevisions(LOOK_BACK);
    if (revisions.length > 0) return revisions;
    const drawn = await this.log.drawnRevision();
    return drawn > LOOK_BACK ? [drawn - LOOK_BACK] : [];
  }

  private async follow(window: RevisionWindow): Promise<void> {
    for (let round = 0; round < MOST_ROUNDS && !this.isStopped; round++) {
      const { highest } = window;
      const touched = await this.log.touchedSince(highest, window.missing(this.clock.monotonicMs()), ROUND);
      if (touched.length === 0) return;
      const now = this.clock.monotonicMs();
      for (const { revision } of touched) window.see(revision, now);
      this.events.invalidate([...new Set(touched.map(({ agentId }) => agentId))]);
      if (touched.filter(({ revision }) => revision > highest).length < ROUND) return;
    }
  }
}
