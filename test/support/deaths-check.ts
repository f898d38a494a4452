/** A heartbeat that was answered 200: it was acknowledged at some moment between these two, milliseconds since the epoch. */
export interface Acknowledgement {
  sentAt: number;
  answeredAt: number;
}

/** A change of status by the database's clock. */
export interface StatusEvent {
  occurredAt: number;
  to: string;
}

/**
 * The deaths (changes to `unhealthy`) that no silence explains: since the agent last became active there was no time longer than its
 * timeout in which nothing was acknowledged. `events` are those of one agent in the order of their revisions, its registration first.
 */
export function unexplainedDeaths(
  acknowledged: readonly Acknowledgement[],
  events: readonly StatusEvent[],
  timeoutMs: number,
): StatusEvent[] {
  const acks = acknowledged.toSorted((one, other) => one.sentAt - other.sentAt);
  return events.filter((death, index) => {
    if (death.to !== 'unhealthy') return false;
    const activeSince = events[index - 1]?.occurredAt ?? Number.NEGATIVE_INFINITY;
    return !isSilent(acks, activeSince, death.occurredAt, timeoutMs);
  });
}

/** Whether nothing may have been acknowledged for longer than the timeout, in a time that ends after `from` and by `to`. */
function isSilent(acks: readonly Acknowledgement[], from: number, to: number, timeoutMs: number): boolean {
  const before = acks.findLast(({ answeredAt }) => answeredAt <= from);
  let heardAt = before?.sentAt ?? from;
  for (const { sentAt, answeredAt } of acks) {
    if (answeredAt <= from) continue;
    if (answeredAt > to) break;
    if (answeredAt - heardAt > timeoutMs) return true;
    heardAt = Math.max(heardAt, sentAt);
  }
  return to - heardAt > timeoutMs;
}
