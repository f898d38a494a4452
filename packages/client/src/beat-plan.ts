/** Of longer intervals than this, a lost heartbeat is repeated as soon as of this one. */
const LONGEST_EARLY_RETRY_MS = 10_000;
/** Intervals for which a session must have been held up, as by a machine that slept, to be given a new place in the fleet. */
const HELD_UP_INTERVALS = 2;

/** Why a heartbeat was not taken. */
export interface BeatFailure {
  /** Milliseconds for which the registry asked to be left alone; 0 when it asked for nothing. */
  retryAfterMs: number;
  /** The same heartbeat may be taken when it is sent again. */
  isRepeatable: boolean;
}

/**
 * When the heartbeats of one session are sent, in milliseconds of one clock.
 *
 * Sessions that begin, fail or recover together do not beat together. The first beat is due at any time within an interval, and
 * each further one an interval after the last was due, up to a tenth sooner or later. Failures do not move that: a beat that
 * got no answer is repeated once, a quarter to three quarters of an interval later, and then the next is due anyway, or the first
 * that `Retry-After` allows. So a fleet stays spread out, and a registry in trouble is asked for at most twice as much.
 */
export class BeatPlan {
  #due: number;
  #next: number;
  #failures = 0;
  readonly #random: () => number;

  /** `random` gives numbers of at least 0 and less than 1. */
  constructor(now: number, intervalMs: number, random: () => number) {
    this.#random = random;
    this.#due = now + random() * intervalMs;
    this.#next = this.#due;
  }

  /** When the next heartbeat is sent; in the past when it is late. */
  get next(): number {
    return this.#next;
  }

  /** The last heartbeat was taken; `intervalMs` is what the registry asks for from now on. */
  succeeded(now: number, intervalMs: number): void {
    this.#failures = 0;
    this.#moveOn(now, intervalMs, 0);
    this.#next = this.#due;
  }

  /** The last heartbeat was not taken. */
  failed(now: number, intervalMs: number, { retryAfterMs, isRepeatable }: BeatFailure): void {
    const repeats = ++this.#failures === 1 && retryAfterMs === 0 && isRepeatable;
    const early = repeats ? (0.25 + 0.5 * this.#random()) * Math.min(intervalMs, LONGEST_EARLY_RETRY_MS) : Infinity;
    this.#moveOn(now, intervalMs, retryAfterMs);
    this.#next = Math.min(this.#due, now + early);
  }

  #moveOn(now: number, intervalMs: number, retryAfterMs: number): void {
    if (this.#due + HELD_UP_INTERVALS * intervalMs < now) this.#due = now - this.#random() * intervalMs;
    while (this.#due <= this.#next || this.#due < now + retryAfterMs)
      this.#due += intervalMs * (0.9 + 0.2 * this.#random());
  }
}
