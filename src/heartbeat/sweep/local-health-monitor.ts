import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Clock, type Timer } from '../../platform/common/clock';

const PULSE_MS = 500;
/** A pulse that is this late was held up together with everything else in the process. */
const PAUSE_MS = 2_000;

/**
 * Whether this replica has missed heartbeats: because the whole process was held up, or because a heartbeat was refused while the database
 * could not be asked for its agent. Silence is no sign of death then.
 */
@Injectable()
export class LocalHealthMonitor implements OnApplicationBootstrap, OnApplicationShutdown {
  private lastPulseAt: number;
  private missed = false;
  private timer: Timer | undefined;

  constructor(private readonly clock: Clock) {
    this.lastPulseAt = clock.monotonicMs();
  }

  onApplicationBootstrap(): void {
    this.timer = this.clock.every(PULSE_MS, () => this.pulse());
  }

  onApplicationShutdown(): void {
    this.timer?.cancel();
  }

  private pulse(): void {
    this.missed ||= this.isHeldUp();
    this.lastPulseAt = this.clock.monotonicMs();
  }

  /** A heartbeat came and could not be taken, through no fault of its sender. */
  miss(): void {
    this.missed = true;
  }

  /** Whether anything has been missed that was not {@link reportMissed} reported. */
  get hasMissedHeartbeats(): boolean {
    return this.missed || this.isHeldUp(); // the pulse that sets `missed` may still be to come
  }

  /** Calls `report` if anything was missed. When that rejects, so does this, and the next call reports it again. */
  async reportMissed(report: () => Promise<void>): Promise<void> {
    if (!this.hasMissedHeartbeats) return;
    this.missed = false; // what is missed meanwhile counts anew
    try {
      await report();
    } catch (error) {
      this.missed = true;
      throw error;
    }
  }

  private isHeldUp(): boolean {
    return this.clock.monotonicMs() - this.lastPulseAt > PAUSE_MS;
  }
}
