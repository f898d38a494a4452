import { dateOf } from '../../../platform/common/clock';

/** Of a pause, up and down: sinks that fell together are not all asked in the same second. */
const JITTER = 0.1;
/** A sink may ask for no longer pause than this. */
const LONGEST_RETRY_AFTER_SECONDS = 86_400;

/** When a delivery is tried again. */
export class RetrySchedule {
  private readonly pauses: readonly number[];

  /** @param text seconds before each attempt, with commas between them */
  constructor(text: string) {
    this.pauses = text.split(',').map((pause) => Number(pause.trim()));
  }

  /** Seconds until the attempt that follows so many; undefined: those were all. `random` is in [0, 1). */
  pauseAfter(attempts: number, retryAfter: number | undefined, random: number): number | undefined {
    const pause = this.pauses[attempts];
    if (pause === undefined) return undefined;
    return Math.max(pause * (1 - JITTER + 2 * JITTER * random), retryAfter ?? 0);
  }
}

/** In each of the three forms that RFC 9110, 5.6.7, knows a date begins with a weekday. */
const HTTP_DATE = /^[A-Z][a-z]{2,8},? /;

/** The seconds of a `Retry-After` field (RFC 9110, 10.2.3); undefined when there is none that can be understood. */
export function retryAfterSeconds(field: string | undefined, now: Date): number | undefined {
  const seconds = secondsIn(field ?? '', now);
  return Number.isNaN(seconds) ? undefined : Math.min(Math.max(seconds, 0), LONGEST_RETRY_AFTER_SECONDS);
}

function secondsIn(field: string, now: Date): number {
  if (/^\d{1,9}$/.test(field)) return Number(field);
  return HTTP_DATE.test(field) ? (dateOf(field).getTime() - now.getTime()) / 1000 : NaN;
}
