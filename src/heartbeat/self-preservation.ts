/** A smaller fleet may well die as one; from here on that is the less likely story. */
const SMALLEST_FLEET = 50;
const HOLD_TIMEOUTS = 5;

/** What one sweep found. */
export interface Census {
  /** Agents that are active and waited for. */
  live: number;
  /** Those of them that this sweep would make unhealthy. */
  overdue: number;
  /** Agents that fell silent within the timeout before: a fleet does not go silent in one sweep. */
  lostLately: number;
  /** Seconds for which self-preservation has held by now, 0 when it has not begun. */
  heldFor: number;
  /** `HEARTBEAT_TIMEOUT_SECONDS`. */
  timeout: number;
}

export type Preservation = 'off' | 'hold' | 'given_up';

/**
 * **Does the sweep believe what it sees?** When more than half of at least 50 agents seem to have died together, the likelier
 * fault is on our side: hold them. After five timeouts of holding it is believed, so that a real mass death is recorded in the
 * end. The idea is Netflix Eureka's, which never left the mode by itself.
 */
export function preservation({ live, overdue, lostLately, heldFor, timeout }: Census): Preservation {
  const fleet = live + lostLately;
  const isMassDeath = fleet >= SMALLEST_FLEET && overdue > 0 && overdue + lostLately > fleet / 2;
  if (!isMassDeath) return 'off';
  return heldFor < HOLD_TIMEOUTS * timeout ? 'hold' : 'given_up';
}
