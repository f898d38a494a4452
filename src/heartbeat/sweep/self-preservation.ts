/** A smaller group may well die as one; from here on that is the less likely story. */
const SMALLEST_GROUP = 50;
/** So much of one owner counts when the whole fleet is judged: one owner alone is never more than half of a group. */
const MOST_OF_ONE_OWNER = SMALLEST_GROUP / 2;
const HOLD_TIMEOUTS = 5;

/** What one sweep found of the agents of one owner and type. */
export interface Census {
  owner: string;
  type: string;
  /** Agents that are active and waited for. */
  live: number;
  /** Those of them that this sweep would make unhealthy. */
  overdue: number;
  /** Agents that fell silent within the timeout before: a fleet does not go silent in one sweep. */
  lostLately: number;
}

/** Agents that are judged together: all, those of an owner, or those of an owner that are of one type. */
export type Group = [] | [owner: string] | [owner: string, type: string];

/** `given_up`: they have been held for long enough, and are believed to be dead. */
export type Preservation = 'hold' | 'given_up';

/**
 * **Does the sweep believe what it sees?** When more than half of at least 50 agents seem to have died together, the likelier fault is on
 * our side: hold them. That is judged of the agents of each owner, of each type of an owner's, and of all; in the last, an owner with
 * many agents counts no more than one with a few, so that nobody's agents hold back those of others. After five timeouts of holding it is
 * believed, so that a real mass death is recorded in the end. The idea is Netflix Eureka's, which never left the mode by itself; that of
 * judging parts by themselves is that of Kubernetes, which does it by zone.
 *
 * `heldFor`: seconds for which a group has been held by now, 0 when it is not. `timeout`: `HEARTBEAT_TIMEOUT_SECONDS`. By the keys
 * of the groups, their JSON; those of which the sweep believes what it sees are not among them.
 */
export function preservation(
  censuses: readonly Census[],
  heldFor: (group: string) => number,
  timeout: number,
): Map<string, Preservation> {
  const judged = new Map<string, Preservation>();
  for (const [key, total] of totalsOf(censuses)) {
    if (isMassDeath(total)) judged.set(key, heldFor(key) < HOLD_TIMEOUTS * timeout ? 'hold' : 'given_up');
  }
  return judged;
}

/** Whether there are enough deaths for one. A sweep that finds fewer need not look at groups. */
export function mayBeMassDeath({ overdue, lostLately }: Pick<Census, 'overdue' | 'lostLately'>): boolean {
  return overdue > 0 && overdue + lostLately > SMALLEST_GROUP / 2;
}

function keyOf(group: Group): string {
  return JSON.stringify(group);
}

/** The groups that an agent is in. */
export function groupsOf({ owner, type }: Pick<Census, 'owner' | 'type'>): string[] {
  return [keyOf([]), keyOf([owner]), keyOf([owner, type])];
}

type Total = Pick<Census, 'live' | 'overdue' | 'lostLately'>;

function isMassDeath({ live, overdue, lostLately }: Total): boolean {
  const agents = live + lostLately;
  return agents >= SMALLEST_GROUP && overdue > 0 && overdue + lostLately > agents / 2;
}

function totalsOf(censuses: readonly Census[]): Map<string, Total> {
  const totals = new Map<string, Total>();
  const add = (group: Group, { live, overdue, lostLately }: Total, share = 1): void => {
    const total = totals.get(keyOf(group)) ?? { live: 0, overdue: 0, lostLately: 0 };
    total.live += share * live;
    total.overdue += share * overdue;
    total.lostLately += share * lostLately;
    totals.set(keyOf(group), total);
  };
  for (const census of censuses) {
    add([census.owner], census);
    add([census.owner, census.type], census);
  }
  for (const owner of new Set(censuses.map((census) => census.owner))) {
    const total = totals.get(keyOf([owner]))!;
    add([], total, Math.min(1, MOST_OF_ONE_OWNER / (total.live + total.lostLately)));
  }
  return totals;
}
