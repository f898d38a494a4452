/** The agents of a smaller group may well die at once; from here on that is less likely. */
const SMALLEST_GROUP = 50;
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

/** `given_up`: they have been held for long enough, and are recorded as dead. */
export type Preservation = 'hold' | 'given_up';

/**
 * **Are these agents dead?** When more than half of at least 50 agents seem to have died together, the fault is more likely in the
 * registry or its network: hold them. That is judged of the agents of each owner, of each type of an owner's, and of all. All are held
 * only when the same would be said without any one owner, so that the agents of one owner do not hold back those of others; there, an
 * owner with many agents weighs no more than the smallest group. After five timeouts of holding they are given up, so that a real mass
 * death is recorded in the end. The idea is Netflix Eureka's, which never left the mode by itself; that of judging parts by themselves is
 * that of Kubernetes, which does it by zone.
 *
 * `heldFor`: seconds for which a group has been held by now, 0 when it is not. `timeout`: `HEARTBEAT_TIMEOUT_SECONDS`. By the keys
 * of the groups, their JSON; groups that do not seem to have died are not among them.
 */
export function preservation(
  censuses: readonly Census[],
  heldFor: (group: string) => number,
  timeout: number,
): Map<string, Preservation> {
  const judgement = (key: string): Preservation => (heldFor(key) < HOLD_TIMEOUTS * timeout ? 'hold' : 'given_up');
  return new Map(massDeaths(censuses).map((key) => [key, judgement(key)]));
}

/** Whether there are enough deaths for one. A sweep that finds fewer need not look at groups. */
export function mayBeMassDeath({ overdue, lostLately }: Pick<Census, 'overdue' | 'lostLately'>): boolean {
  return overdue > 0 && overdue + lostLately > SMALLEST_GROUP / 2;
}

function keyOf(group: Group): string {
  return JSON.stringify(group);
}

export function groupOf(key: string): Group {
  return JSON.parse(key) as Group;
}

/** The groups that an agent is in. */
export function groupsOf({ owner, type }: Pick<Census, 'owner' | 'type'>): string[] {
  return [keyOf([]), keyOf([owner]), keyOf([owner, type])];
}

interface Total {
  agents: number;
  /** Overdue, or lost lately. */
  gone: number;
  overdue: number;
}

const NONE: Total = { agents: 0, gone: 0, overdue: 0 };

function plus(a: Total, b: Total, sign = 1): Total {
  return { agents: a.agents + sign * b.agents, gone: a.gone + sign * b.gone, overdue: a.overdue + sign * b.overdue };
}

function isMassDeath({ agents, gone, overdue }: Total): boolean {
  return agents >= SMALLEST_GROUP && overdue > 0 && gone > agents / 2;
}

/** The keys of the groups that seem to have died. */
function massDeaths(censuses: readonly Census[]): string[] {
  const owners = new Map<string, Total>();
  const groups = new Map<string, Total>();
  for (const { owner, type, live, overdue, lostLately } of censuses) {
    const total = { agents: live + lostLately, gone: overdue + lostLately, overdue };
    owners.set(owner, plus(owners.get(owner) ?? NONE, total));
    groups.set(keyOf([owner, type]), total);
  }
  for (const [owner, total] of owners) groups.set(keyOf([owner]), total);
  const found = [...groups].filter(([, total]) => isMassDeath(total)).map(([key]) => key);
  return isMassDeathOfAll([...owners.values()].map(weighed)) ? [keyOf([]), ...found] : found;
}

/** Whichever owner is left out. */
function isMassDeathOfAll(owners: readonly Total[]): boolean {
  const all = owners.reduce((sum, total) => plus(sum, total), NONE);
  return isMassDeath(all) && owners.every((total) => isMassDeath(plus(all, total, -1)));
}

function weighed({ agents, gone, overdue }: Total): Total {
  const weight = Math.min(agents, SMALLEST_GROUP);
  return { agents: weight, gone: (gone * weight) / agents, overdue };
}
