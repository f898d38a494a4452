import type { Clock } from '../../../platform/common/clock';

/** Failures in a row after which the sink itself counts as down … */
const DOWN_AFTER = 5;
/** … and is tried with another event once in this time, besides the attempts of those that wait. */
const PROBE_EVERY_MS = 60_000;

/** What the answers of a sink say about the sink itself: whether it fails, is down, or wants a rest. */
export class SinkHealth {
  private failuresInRow: number;
  private restUntil = 0;

  /** @param wasFailing nothing but failures have come from it lately: one that is down until it delivers */
  constructor(
    private readonly clock: Clock,
    wasFailing: boolean,
  ) {
    this.failuresInRow = wasFailing ? DOWN_AFTER : 0;
  }

  get isFailing(): boolean {
    return this.failuresInRow > 0;
  }

  get isDown(): boolean {
    return this.failuresInRow >= DOWN_AFTER;
  }

  /** Whether no event should go to it that it has not seen yet: it has asked for a pause, or is down and has just been tried. */
  get isResting(): boolean {
    return this.clock.monotonicMs() < this.restUntil;
  }

  /** An attempt has succeeded. Tells whether the sink was down before. */
  succeeded(): boolean {
    const wasDown = this.isDown;
    this.failuresInRow = 0;
    this.restUntil = 0;
    return wasDown;
  }

  /** @param retryAfter seconds for which the sink has asked not to be tried again */
  failed(retryAfter = 0): void {
    this.failuresInRow++;
    const rest = Math.max(this.isDown ? PROBE_EVERY_MS : 0, retryAfter * 1000);
    this.restUntil = Math.max(this.restUntil, this.clock.monotonicMs() + rest);
  }
}
