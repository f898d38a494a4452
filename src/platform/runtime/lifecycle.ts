import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';

/**
 * What happens at a stop, one stage after the other; the steps of a stage side by side. The database goes last: TypeORM closes it when all
 * of these have ended.
 */
const STOP_STAGES = [
  /** No run of a periodic task begins any more, and those under way end. */
  'periodic work',
  /** No more connections are taken, and the requests in flight end. */
  'requests',
  /** What was acknowledged and is not in the database yet is written. */
  'last writes',
  /** What other replicas should know of this one's last changes is sent; then connections close. */
  'connections',
] as const;
export type StopStage = (typeof STOP_STAGES)[number];

interface StopStep {
  stage: StopStage;
  name: string;
  run(): unknown;
}

/** Whether the process is on its way out, and what it does then. Work in flight is still finished, but no more should be sent. */
@Injectable()
export class Lifecycle implements BeforeApplicationShutdown {
  private readonly stop = new AbortController();
  private readonly steps: StopStep[] = [];
  private readonly underWay = new Set<string>();
  private readonly logger = new Logger(Lifecycle.name);

  /** Aborted from the moment that shutdown begins. */
  get stopping(): AbortSignal {
    return this.stop.signal;
  }

  /** The steps of the stop that have begun and not ended, by their names. */
  get unfinished(): string[] {
    return [...this.underWay];
  }

  beginShutdown(): void {
    this.stop.abort();
  }

  /** Has `run` called in this stage of the stop. A step that fails is logged and keeps no other from running. */
  onStop(stage: StopStage, name: string, run: () => unknown): void {
    this.steps.push({ stage, name, run });
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.beginShutdown();
    for (const stage of STOP_STAGES)
      await Promise.all(this.steps.filter((step) => step.stage === stage).map((step) => this.take(step)));
  }

  private async take(step: StopStep): Promise<void> {
    const { stage, name } = step;
    this.underWay.add(name);
    try {
      await step.run();
    } catch (error) {
      this.logger.error({ msg: 'A step of the stop failed', stage, step: name, err: error });
    } finally {
      this.underWay.delete(name);
    }
  }
}
