/** An agent may miss this many of its own intervals before its silence counts. */
export const TOLERATED_INTERVALS = 3;

/** Seconds of silence after which an agent is overdue: the service-wide timeout, or more when its own interval is long. */
export function timeoutSeconds(intervalSeconds: number, serviceTimeoutSeconds: number): number {
  return Math.max(serviceTimeoutSeconds, TOLERATED_INTERVALS * intervalSeconds);
}

/** Whole heartbeat intervals between the last beat and now; 0 for an agent that never gave one. */
export function missedBeats(lastBeat: Date | null, intervalSeconds: number, now: Date): number {
  if (!lastBeat) return 0;
  return Math.max(0, Math.floor((now.getTime() - lastBeat.getTime()) / (intervalSeconds * 1000)));
}
