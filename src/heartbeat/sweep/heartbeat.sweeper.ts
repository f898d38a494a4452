import { Injectable } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { PinoLogger } from 'nestjs-pino';
import { Clock } from '../../platform/common/clock';
import { Histogram } from '../../platform/observability/histogram';
import { PeriodicTasks, type AddedTask } from '../../platform/scheduling/periodic-tasks';
import { Configuration } from '../../platform/config/configuration';
import { IntervalScaling } from '../../liveness/interval-scaling';
import { BeatFlusher } from '../beat-flusher';
import { FleetSweep } from './fleet-sweep';

/** The state of the sweep, as this replica sees it. */
export interface SweepReport {
  /** Since the last sweep that this replica ran, or saw another one run; null before the first. */
  secondsSinceSuccess: number | null;
  /** Three sweeps have been missed, or none has run since the start for as long. */
  isLate: boolean;
  /** Self-preservation holds agents that seem to have died together. */
  isProtecting: boolean;
}

/** Runs the sweep when it is due, on one replica at a time, and keeps how it is doing. {@link FleetSweep} is the sweep itself. */
@Injectable()
export class HeartbeatSweeper {
  /** Sweeps that this replica ran to the end. */
  readonly durations = new Histogram();
  private readonly startedAt: number;
  private lastSuccessAt: number | undefined;
  private isProtecting = false;
  private readonly task: AddedTask;

  constructor(
    private readonly fleetSweep: FleetSweep,
    private readonly flusher: BeatFlusher,
    private readonly intervals: IntervalScaling,
    private readonly configuration: Configuration,
    private readonly clock: Clock,
    private readonly logger: PinoLogger,
    tasks: PeriodicTasks,
  ) {
    this.startedAt = clock.monotonicMs();
    this.task = tasks.add({
      name: 'heartbeat-sweep',
      everyMs: configuration.HEARTBEAT_SWEEP_INTERVAL_SECONDS * 1000,
      firstAfterMs: 0,
      isWoken: true,
      run: async () => {
        if (!(await this.sweep())) throw new Error('Heartbeats cannot be written, so no silence is judged');
      },
    });
    logger.setContext(HeartbeatSweeper.name);
  }

  /** Sweeps when that is due. Cron only wakes it; the monotonic clock decides what is due. */
  @Cron(CronExpression.EVERY_SECOND, { waitForCompletion: true })
  tick(): Promise<void> {
    return this.task.wake();
  }

  /** When the last sweep ran that this replica knows of, its own or another's, in milliseconds of the monotonic clock. */
  get lastSuccess(): number | undefined {
    return this.lastSuccessAt;
  }

  report(): SweepReport {
    const since = (this.clock.monotonicMs() - (this.lastSuccessAt ?? this.startedAt)) / 1000;
    return {
      secondsSinceSuccess: this.lastSuccessAt === undefined ? null : Math.round(since),
      isLate: since > 3 * this.configuration.HEARTBEAT_SWEEP_INTERVAL_SECONDS + 1,
      isProtecting: this.isProtecting,
    };
  }

  /** One sweep, or none while another replica sweeps or has just swept. False when this replica cannot write heartbeats: it does not sweep. */
  async sweep(): Promise<boolean> {
    // Heartbeats that this replica has received count, and a replica that cannot write them judges no silence.
    if (!(await this.flusher.flush())) return false;
    await this.fleetSweep.reportMissed(); // also when another replica sweeps
    const start = this.clock.monotonicMs();
    const { hasSwept, state } = await this.fleetSweep.run();
    this.intervals.adopt(state.cadences);
    this.isProtecting = state.heldFor.size > 0;
    const end = this.clock.monotonicMs();
    // Not "now" when another replica is at it: that one may be stuck.
    if (state.sinceLastSweep !== null) this.lastSuccessAt = end - state.sinceLastSweep * 1000;
    if (!hasSwept) return true;
    this.durations.observe((end - start) / 1000);
    this.logger.debug({ duration_ms: Math.round(end - start) }, 'Heartbeat sweep done');
    return true;
  }
}
