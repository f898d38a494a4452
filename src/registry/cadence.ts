import { Injectable } from '@nestjs/common';
import { Configuration } from '../config/configuration';
import { timeoutSeconds } from './heartbeat-timeout';

/**
 * How much slower than they wish agents beat at present. 1 unless the fleet's own intervals would make more heartbeats a
 * second than `HEARTBEAT_TARGET_PER_SECOND`; the sweep works it out for all replicas.
 */
@Injectable()
export class Cadence {
  private stretch = 1;
  private tolerance = 1;

  constructor(private readonly configuration: Configuration) {}

  /** `stretch`: what agents are told now. `tolerance`: what some of them may have been told before, and still keep to. */
  adopt(stretch: number, tolerance: number): void {
    this.stretch = stretch;
    this.tolerance = Math.max(stretch, tolerance);
  }

  /** Whole seconds until the agent should beat again. */
  nextHeartbeatSeconds(intervalSeconds: number): number {
    return Math.ceil(intervalSeconds * this.stretch);
  }

  /** Seconds of silence that make the agent unhealthy. */
  timeoutSeconds(intervalSeconds: number): number {
    return Math.ceil(timeoutSeconds(intervalSeconds * this.tolerance, this.configuration.HEARTBEAT_TIMEOUT_SECONDS));
  }
}
