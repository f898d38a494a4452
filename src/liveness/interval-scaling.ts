import { Injectable } from '@nestjs/common';
import { Configuration } from '../platform/config/configuration';
import { timeoutSeconds } from '../agent/heartbeat-timeout';

/** In seconds between two heartbeats. */
export interface StretchedIntervals {
  /** The pause that agents are given now, unless their own interval is longer. */
  pause: number;
  /** The longest pause that some of them may have been given before, and still keep to. */
  tolerance: number;
}

/** The owner of agents without one, and of all agents without access control. */
const NO_OWNER = '';

/**
 * How much slower than by their own intervals agents beat at present, by owner. No owner is slowed unless these intervals would make
 * more heartbeats a second than `HEARTBEAT_TARGET_PER_SECOND`; the sweep works it out for all replicas.
 */
@Injectable()
export class IntervalScaling {
  private slowed: ReadonlyMap<string, StretchedIntervals> = new Map();

  constructor(private readonly configuration: Configuration) {}

  /** The owners whose agents are slowed, or have been. */
  adopt(slowed: ReadonlyMap<string, StretchedIntervals>): void {
    this.slowed = slowed;
  }

  /** Whole seconds until an agent of this owner should beat again. */
  nextHeartbeatSeconds(intervalSeconds: number, owner: string | null | undefined): number {
    return Math.ceil(Math.max(intervalSeconds, this.of(owner)?.pause ?? 0));
  }

  /** Seconds of silence that make an agent of this owner unhealthy. */
  timeoutSeconds(intervalSeconds: number, owner: string | null | undefined): number {
    const pause = Math.max(intervalSeconds, this.of(owner)?.tolerance ?? 0);
    return Math.ceil(timeoutSeconds(pause, this.configuration.HEARTBEAT_TIMEOUT_SECONDS));
  }

  private of(owner: string | null | undefined): StretchedIntervals | undefined {
    return this.slowed.size === 0 ? undefined : this.slowed.get(owner ?? NO_OWNER);
  }
}
