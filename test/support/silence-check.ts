/** A heartbeat that was acknowledged. All times are milliseconds since the epoch. */
export interface Sign {
  sentAt: number;
  acknowledgedAt: number;
}

/** A time in which the registry could not take heartbeats, long enough for it to notice. */
export interface Outage {
  from: number;
  to: number;
}

/** What is known of one agent. */
export interface HeardAgent {
  /** Since when it has been registered. */
  since: number;
  /** In the order in which they were sent. */
  signs: Sign[];
  outages: Outage[];
}

/** The clocks of Node and of PostgreSQL on one machine: both show milliseconds, and the machine's clock may be corrected. */
const CLOCK_TOLERANCE_MS = 50;

/**
 * Whether the registry may say at time `at` that the agent has been silent for `timeoutMs`: only if there was such a time before it,
 * all of it with a registry that could hear, in which no heartbeat was both sent and acknowledged. An agent whose own process is held up
 * really is silent, so that it depends on nothing but the order of what happened.
 */
export function wasSilent({ since, signs, outages }: HeardAgent, timeoutMs: number, at: number): boolean {
  const length = timeoutMs - CLOCK_TOLERANCE_MS;
  const isSilence = (from: number): boolean =>
    from + length <= at &&
    !signs.some(({ sentAt, acknowledgedAt }) => sentAt > from && acknowledgedAt <= from + length) &&
    !outages.some((outage) => outage.from < from + length && outage.to > from);
  // If there is any such time, there is one that begins with one of these.
  return [since, ...signs.map(({ sentAt }) => sentAt), ...outages.map(({ to }) => to)].some(isSilence);
}
