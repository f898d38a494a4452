import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { Clock } from '../platform/common/clock';
import { PeriodicTasks } from '../platform/scheduling/periodic-tasks';
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
export class EventLogTail implements OnApplicationBootstrap {
  private window: RevisionWindow | undefined;

  constructor(
    private readonly log: EventLogRepository,
    private readonly events: AgentEvents,
    private readonly clock: Clock,
    private readonly tasks: PeriodicTasks,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(EventLogTail.name);
  }

  /** Before the first request, so that nothing is remembered yet that it could miss a change of. */
  async onApplicationBootstrap(): Promise<void> {
    const run = (stopping?: AbortSignal): Promise<void> => this.poll(stopping);
    await run().catch((error: unknown) => this.logger.debug({ err: error }, 'The event log cannot be followed yet'));
    this.tasks.add({ name: 'event-log-tail', everyMs: POLL_EVERY_MS, run });
  }

  /** What cannot be read now is read by the next poll. */
  private async poll(stopping?: AbortSignal): Promise<void> {
    if (this.window) await this.follow(this.window, stopping);
    else this.window = new RevisionWindow(await this.lastRevisions(), this.clock.monotonicMs());
  }

  /** When all events have grown old and are gone, revisions still go on from the last one. */
  private async lastRevisions(): Promise<number[]> {
    const revisions = await this.log.lastRevisions(LOOK_BACK);
    if (revisions.length > 0) return revisions;
    const drawn = await this.log.drawnRevision();
    return drawn > LOOK_BACK ? [drawn - LOOK_BACK] : [];
  }

  private async follow(window: RevisionWindow, stopping?: AbortSignal): Promise<void> {
    for (let round = 0; round < MOST_ROUNDS && !stopping?.aborted; round++) {
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
