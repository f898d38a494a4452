import { timeoutSql } from '../../agent/agent-health';
import { TOLERATED_INTERVALS } from '../../agent/heartbeat-timeout';
import type { StretchedIntervals } from '../../liveness/interval-scaling';
import type { OthersHeard } from '../replicas.repository';
import type { Group } from './self-preservation';

/** How long silence is borne, in seconds; see `IntervalScaling`. */
export interface TimeoutPolicy {
  timeout: number;
  slowed: ReadonlyMap<string, StretchedIntervals>;
  inactiveAfter: number;
  others: OthersHeard;
}

/** Whose an agent is, for few of them. */
export const OWNER = `coalesce((SELECT owner FROM agent_credentials WHERE agent_id = agents.id), '')`;

/** No agent with less silence is overdue. Cheap. */
export const SILENT = `last_seen < now() - make_interval(secs => $1::float8)`;

/**
 * The agents that are swept, with their owners. OFFSET keeps the planner from looking the owners up one by one: it takes conditions on
 * JSON for rare.
 */
export function ownedAgents(condition: string): string {
  return `(SELECT id, type, status, heartbeat, last_seen, coalesce(owner, '') AS owner
             FROM agents LEFT JOIN agent_credentials ON agent_id = id
            WHERE status IN ('active', 'unhealthy') AND ${condition} OFFSET 0) AS agents`;
}

/** Whether an agent of {@link ownedAgents} is in one of the groups. */
export function inGroups(groups: readonly Group[], parameters: unknown[]): string {
  const owners = parameters.push(groups.map(([owner]) => owner ?? null));
  const types = parameters.push(groups.map(([, type]) => type ?? null));
  return `EXISTS (SELECT FROM unnest($${owners}::text[], $${types}::text[]) AS held(of_owner, of_type)
                   WHERE coalesce(of_owner = owner, true) AND coalesce(of_type = type, true))`;
}

/**
 * Which of the agents are overdue: `$1` is the service-wide timeout, `$2` and `$3` are {@link OthersHeard}. The first condition is cheap and
 * false for nearly all rows. When an owner is slowed, the agents must be {@link ownedAgents}.
 */
export function overdue(
  { timeout, slowed, others }: TimeoutPolicy,
  agents: string,
): { from: string; where: string; parameters: unknown[] } {
  const parameters: unknown[] = [timeout, others.lag, others.vanishedFor];
  let from = `${agents} CROSS JOIN (SELECT listening_since FROM heartbeat_sweep) AS sweep`;
  let leastTimeout = '$1::float8';
  if (slowed.size > 0) {
    parameters.push(
      [...slowed.keys()],
      [...slowed.values()].map(({ tolerance }) => tolerance),
    );
    from += ' LEFT JOIN unnest($4::text[], $5::float8[]) AS slowed(slowed_owner, tolerance) ON slowed_owner = owner';
    leastTimeout = `greatest($1::float8, ${TOLERATED_INTERVALS} * tolerance)`;
  }
  const ownTimeout = timeoutSql(leastTimeout);
  const where = `last_seen < now() - make_interval(secs => ${leastTimeout}) AND heartbeat->>'enabled' = 'true'
          AND greatest(last_seen, listening_since, now() - make_interval(secs => $3::float8 - ${ownTimeout} / 2))
              < now() - make_interval(secs => $2::float8 + ${ownTimeout})`;
  return { from, where, parameters };
}
